/**
 * Lookahead: weights on literal values, and the loop on distributions that depend on what is on the canvas.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig, DecodingDenoiser } from "../../src/lib/decode/types.js";
import { decode } from "../../src/lib/decode/decode.js";
import { importanceWeights, meanScore, smcWeights, subsetCount } from "../../src/lib/decode/lookahead.js";
import { policyOf } from "../../src/lib/decode/policies.js";
import type { Population } from "../../src/lib/decode/population.js";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

let dream: Denoiser;
beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  return () => dream.dispose();
});

const close = (found: readonly number[], expected: readonly number[]) =>
  expected.forEach((x, i) => expect(found[i]).toBeCloseTo(x, 6));

describe("the weights of candidate states", () => {
  it("are softmax(value / alpha)", () => {
    close(importanceWeights([-0.5, -0.65, -0.4], 1), [0.337168, 0.290203, 0.372628]);
    close(importanceWeights([-0.5, -0.65, -0.4], 0.1), [0.253716, 0.056612, 0.689672]);
  });

  it("are the best one's, the first of equals, at alpha 0", () => {
    expect(importanceWeights([-0.5, -0.4, -0.4], 0)).toEqual([0, 1, 0]);
  });

  it("of particles are of what they gained on their parents", () => {
    close(smcWeights([-0.3, -0.7], [-0.5, -0.5], 0.1), [0.982014, 0.017986]);
    close(smcWeights([-0.3, -0.7], [-0.3, -0.7], 0.1), [0.5, 0.5]);
  });

  it("rest on the mean score of what is still masked", () => {
    const state = (masked: number[], entropies: number[]) => ({
      ...{ step: 1, steps: 2, completionLength: 4, masked },
      scores: Float32Array.from(entropies, h => -h),
    });
    const values = [
      [0, 0.2, 0.9, 0.7],
      [0.1, 0, 0.6, 0.5],
      [0.9, 0.9, 0.1, 0.1],
      [0, 0, 0.3, 0.3],
    ].map(entropies => meanScore(state([2, 3], entropies)));
    close(values, [-0.8, -0.55, -0.1, -0.3]);
  });
});

describe("candidate sets", () => {
  const config = decodeConfig(6, { steps: 3, policy: { name: "lookahead", paths: 10, pool: 5 } });
  const { extend } = policyOf(config) as Population;
  const scores = Float32Array.from([-0.6, -0.1, -0.2, -0.3, -0.4, -0.5]);
  const state = { step: 0, steps: 3, completionLength: 6, masked: [0, 1, 2, 3, 4, 5], scores };
  const setsOf = (states: (typeof state)[], seed: number) =>
    extend(states, Rng.fromSeed(seed)).map(choice => choice && [...choice.positions].sort().join(""));

  it("of 2 from a pool of 5 are 10, and 10 paths try each once, the surest first", () => {
    expect(subsetCount(5, 2)).toBe(10);
    const sets = setsOf(new Array<typeof state>(10).fill(state), 1);
    expect(sets[0]).toBe("12");
    expect(new Set(sets).size).toBe(10);
    expect(sets.join("")).not.toContain("0"); // the least sure is not in the pool
  });

  it("run out: then a path rests", () => {
    const last = { ...state, step: 2, masked: [0, 3] };
    expect(setsOf([last, last], 1)).toEqual(["03", null]);
    expect([subsetCount(2, 2), subsetCount(3, 2), subsetCount(1, 2)]).toEqual([1, 3, 1]);
  });

  it("are drawn uniformly from the pool", () => {
    const n = 4000;
    const counts = new Map<string | null, number>();
    for (let seed = 0; seed < n; seed++) {
      const [, set] = setsOf([state, state], seed);
      counts.set(set, (counts.get(set) ?? 0) + 1);
    }
    expect(counts.size).toBe(9); // all but the surest set, which the first path has
    // four standard errors of a share of 1/9: 4 sqrt(1/9 * 8/9 / 4000) = 0.02
    for (const [set, count] of counts) expect(Math.abs(count / n - 1 / 9), String(set)).toBeLessThan(0.02);
  });
});

/**
 * Four positions. Position 0 looks surest (.9), 3 next (.8), but once 0 is committed the others are coins,
 * while any other first step leaves them sure.
 */
const trap: DecodingDenoiser = {
  vocabSize: 3,
  maskTokenId: 2,
  padTokenId: 0,
  logitsAt: (ids, _real, positions) => {
    const [, length] = ids.shape;
    const rows = ids.dataSync();
    const values = positions.map((list, b) =>
      list.map(position => {
        const p = position - (length - 4);
        const spoiled = rows[b * length + length - 4] !== 2;
        const sure = p === 0 ? 0.9 : spoiled ? 0.5 : p === 3 ? 0.8 : 0.7;
        return [Math.log(sure), Math.log(1 - sure), -30];
      }),
    );
    return tf.tensor3d(values);
  },
};

async function decodeTrap(policy: DecodeConfig["policy"]) {
  const config = decodeConfig(4, { temperature: 0, topP: 1, remasking: "neg-entropy-untempered", policy });
  const [t] = await decode(trap, [Int32Array.of(1)], config, [Rng.fromSeed(2)]);
  return t;
}

describe("lookahead decoding", () => {
  it("puts off the step that plain decoding takes, where it leaves the model unsure", async () => {
    expect((await decodeTrap(undefined)).order[0]).toBe(0);
    const t = await decodeTrap({ name: "lookahead", paths: 4, pool: 4, alpha: 0 });
    expect(t.order[3]).toBe(0);
    expect([...t.order].sort()).toEqual([0, 1, 2, 3]);
  });

  it("counts one call for every state looked at", async () => {
    // 4 positions, 1 a step. States: 1 at first, then as many as sets
    // were tried: 4 of 4, 3 of 3, 2 of 2; the last step has one.
    const t = await decodeTrap({ name: "lookahead", paths: 4, pool: 4, alpha: 0 });
    expect(t).toMatchObject({ calls: 1 + 4 + 3 + 2, tokenPositions: 10 * 5, steps: 4 });
    expect((await decodeTrap({ name: "lookahead", paths: 2, pool: 4 })).calls).toBe(1 + 2 + 2 + 2);
  });

  it("by particles finds the same way out", async () => {
    const t = await decodeTrap({ name: "lookahead", paths: 4, pool: 4, alpha: 0, select: "smc" });
    expect(t.order[0]).not.toBe(0);
    expect([...t.order].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe("on a random Dream checkpoint at temperature 1", () => {
  const prompts = [[10, 20, 30], [11, 21, 31, 41, 51], [12]].map(ids => Int32Array.from(ids));
  const rngs = () => prompts.map((_, b) => Rng.fromSeed(5).split(b));
  const run = (overrides: Partial<DecodeConfig>, of = prompts, streams = rngs()) =>
    decode(
      dream,
      of,
      decodeConfig(8, {
        ...{ steps: 4, temperature: 1, tieRule: "random", remasking: "neg-entropy-untempered" },
        ...overrides,
      }),
      streams,
    );
  const decisions = (ts: Awaited<ReturnType<typeof decode>>) =>
    ts.map(t => [[...t.completionIds], [...t.order], [...t.stepOf], t.calls]);

  it.each(["importance", "smc"])("one path is plain decoding, token for token (%s)", async select => {
    const one = await run({ policy: { name: "lookahead", paths: 1, select } });
    expect(decisions(one)).toEqual(decisions(await run({})));
  });

  it.each(["importance", "smc"])("a batch of 3 decides as 3 batches of 1 (%s)", async select => {
    const policy = { name: "lookahead", paths: 3, select } as const;
    const together = decisions(await run({ policy }));
    for (const [b, prompt] of prompts.entries())
      expect(decisions(await run({ policy }, [prompt], [rngs()[b]]))[0]).toEqual(together[b]);
  });

  it("leaves no tensor behind, and one trace: that of the path taken", async () => {
    const policy = { name: "lookahead", paths: 3 } as const;
    await run({ policy });
    const before = tf.memory().numTensors;
    const config = decodeConfig(8, { steps: 4, policy });
    for (const t of await decode(dream, prompts, config, rngs(), { trace: true })) {
      const masked = Array.from({ length: 4 }, (_, step) =>
        [...t.stepOf].map((at, p) => at >= step === !Number.isNaN(t.trace!.entropy[8 * step + p])),
      );
      expect(masked.flat()).not.toContain(false);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
