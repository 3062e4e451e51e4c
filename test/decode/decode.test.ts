/**
 * The loop: orders, ties, seeds, batches and memory, on fixed distributions and on a random Dream checkpoint.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { globalArness } from "../../src/lib/analysis/ar-ness.js";
import { Rng } from "../../src/lib/core/rng.js";
import { scoreOf } from "../../src/lib/decode/confidence.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { decode, type DecodeOptions } from "../../src/lib/decode/decode.js";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { rowsOfConfidence, tableDenoiser } from "./table-denoiser.js";

const greedy = { temperature: 0, topP: 1, remasking: "probability" } as const;
let dream: Denoiser;

beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  return () => dream.dispose();
});

async function decodeTable(
  rows: readonly number[][],
  overrides: Partial<DecodeConfig> = {},
  options: DecodeOptions = {},
  seed = 0,
) {
  const config = decodeConfig(rows.length, { ...greedy, ...overrides });
  const [t] = await decode(
    tableDenoiser(rows, 8),
    [Int32Array.of(1, 2)],
    config,
    [Rng.fromSeed(seed)],
    options,
  );
  return t;
}

describe("frozen confidences .20 .90 .40 .80 .70 .95 .30 .60", () => {
  const rows = rowsOfConfidence([0.2, 0.9, 0.4, 0.8, 0.7, 0.95, 0.3, 0.6]);

  it.each([
    [null, 8, [5, 1, 3, 4, 7, 2, 6, 0], 1 / 8],
    [4, 8, [1, 3, 2, 0, 5, 4, 7, 6], 3 / 8],
    [1, 8, [0, 1, 2, 3, 4, 5, 6, 7], 1],
  ])(
    "in blocks of %s and %i steps are committed in the order %j",
    async (blockLength, steps, order, arness) => {
      const t = await decodeTable(rows, { blockLength, steps });
      expect([...t.order]).toEqual(order);
      expect(globalArness([...t.order], 1)).toBe(arness);
    },
  );

  it("with half the steps commit two tokens each, left to right within a step", async () => {
    const t = await decodeTable(rows, { blockLength: 4, steps: 4 });
    expect([...t.order]).toEqual([1, 3, 0, 2, 4, 5, 6, 7]);
    expect([...t.stepOf]).toEqual([1, 0, 1, 0, 2, 2, 3, 3]);
  });

  it("are kept with the tokens they committed, and the entropies beside them", async () => {
    const t = await decodeTable(rows);
    expect([...t.completionIds]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    [0.2, 0.9, 0.4, 0.8, 0.7, 0.95, 0.3, 0.6].forEach((c, p) => {
      expect(t.confidence[p]).toBeCloseTo(c, 5);
      expect(t.entropy[p]).toBeCloseTo(-c * Math.log(c) - (1 - c) * Math.log((1 - c) / 7), 5);
    });
    expect(t).toMatchObject({ steps: 8, tieRule: "leftmost", tieSteps: 0, choiceSteps: 7 });
    expect([...t.promptIds]).toEqual([1, 2]);
  });

  it("are traced before every step, at masked positions only", async () => {
    const { trace } = await decodeTable(rows, { steps: 4 }, { trace: true });
    const step = (s: number) =>
      Array.from(trace!.confidence.slice(8 * s, 8 * s + 8), c => Number(c.toFixed(4)));
    expect(step(0)).toEqual([0.2, 0.9, 0.4, 0.8, 0.7, 0.95, 0.3, 0.6]);
    expect(step(1)).toEqual([0.2, NaN, 0.4, 0.8, 0.7, NaN, 0.3, 0.6]);
    expect(step(3)).toEqual([0.2, NaN, NaN, NaN, NaN, NaN, 0.3, NaN]);
    expect((await decodeTable(rows)).trace).toBeUndefined();
  });

  it("under Dream's schedule reveal nothing at the first step and two at the last", async () => {
    const t = await decodeTable(rows, { quota: "dream" });
    expect([...t.stepOf]).toEqual([7, 2, 6, 3, 4, 1, 7, 5]);
  });
});

describe("ties", () => {
  // What top-p leaves of each is one token, so that its
  // entropy is exactly 0 (testbed trap 1); the last is unsure.
  const rows = rowsOfConfidence([0.8, 0.9, 0.7, 0.2]);
  const cold = { temperature: 0.2, topP: 0.95, remasking: "neg-entropy" } as const;

  it("decide the order by the tie rule, and every trajectory counts the steps they decided", async () => {
    const left = await decodeTable(rows, cold);
    expect([...left.order]).toEqual([0, 1, 2, 3]);
    expect(left).toMatchObject({ tieRule: "leftmost", tieSteps: 2, choiceSteps: 3 });
    const right = await decodeTable(rows, { ...cold, tieRule: "rightmost" });
    expect([...right.order]).toEqual([2, 1, 0, 3]);
    expect(right).toMatchObject({ tieRule: "rightmost", tieSteps: 2, choiceSteps: 3 });
    const orders = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const t = await decodeTable(rows, { ...cold, tieRule: "random" }, {}, seed);
      expect(t.tieSteps).toBe(2);
      orders.add(t.order.join(""));
    }
    expect(orders).toEqual(new Set(["0123", "0213", "1023", "1203", "2013", "2103"]));
  });

  it("vanish under the entropy of the untempered distribution", async () => {
    const t = await decodeTable(rows, { ...cold, remasking: "neg-entropy-untempered" });
    expect([...t.order]).toEqual([1, 0, 2, 3]);
    expect(t.tieSteps).toBe(0);
  });
});

describe("the mask", () => {
  // Seven tokens of .01; of the rest, position 0 gives .8 to
  // the mask (id 8) and .13 to token 0, position 1 .3 and .63.
  const rows = [0.8, 0.3].map(mask => [0.93 - mask, ...new Array<number>(7).fill(0.01), mask]);
  const proposable = { maskProposable: true } as const;

  it("is never proposed by default, and has no share in the confidence", async () => {
    const t = await decodeTable(rows);
    expect([...t.completionIds]).toEqual([0, 0]);
    expect(t.confidence[0]).toBeCloseTo(0.13 / 0.2, 5);
  });

  it("uses up a turn and leaves its position masked where it is proposed, as in LLaDA's code", async () => {
    const t = await decodeTable(rows, { ...proposable, quota: "llada" });
    expect([...t.completionIds]).toEqual([8, 8]);
    expect([...t.order]).toEqual([]);
    expect([...t.stepOf]).toEqual([-1, -1]);
  });

  it("leaves its position masked at Dream's last step, which takes every position", async () => {
    const t = await decodeTable(rows, { ...proposable, quota: "dream" });
    expect([...t.completionIds]).toEqual([8, 0]);
    expect([...t.order]).toEqual([1]);
    expect([...t.stepOf]).toEqual([-1, 1]);
  });
});

describe("random order", () => {
  it("does not depend on the tokens drawn", async () => {
    // Two equally probable tokens at each of two positions: which
    // goes first, with which token, are four outcomes, all alike.
    const rows = [0, 1].map(() => [0.5, 0.5, ...new Array<number>(7).fill(0)]);
    const counts = new Map<string, number>();
    const n = 2000;
    for (let seed = 0; seed < n; seed++) {
      const t = await decodeTable(rows, { temperature: 1, remasking: "random", steps: 2 }, {}, seed);
      const first = `${t.order[0]}${t.completionIds[t.order[0]]}`;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    // four standard errors of a share of one quarter: 4 sqrt(0.25 * 0.75 / 2000) = 0.039
    for (const outcome of ["00", "01", "10", "11"])
      expect(Math.abs((counts.get(outcome) ?? 0) / n - 0.25), outcome).toBeLessThan(0.039);
  });
});

describe("score, policy and sampler", () => {
  const rows = rowsOfConfidence([0.4, 0.3, 0.9, 0.5]);

  it("are each replaced alone", async () => {
    const unsureFirst = await decodeTable(rows, {}, { score: ({ plain, token }) => -plain[token] });
    expect([...unsureFirst.order]).toEqual([1, 0, 3, 2]);
    const lastMask = await decodeTable(
      rows,
      {},
      { policy: ({ masked }) => ({ positions: masked.slice(-1), candidates: masked.length, tied: false }) },
    );
    expect([...lastMask.order]).toEqual([3, 2, 1, 0]);
    expect([...lastMask.completionIds]).toEqual([0, 1, 2, 3]);
    const alwaysSeven = await decodeTable(rows, {}, { sampler: () => 7 });
    expect([...alwaysSeven.completionIds]).toEqual([7, 7, 7, 7]);
  });

  it("that needs no token draws one only where it is committed", async () => {
    const drawnFor = async (remasking: "neg-entropy" | "probability") => {
      const uniforms: number[] = [];
      await decodeTable(rows, { remasking }, { sampler: (_, { argmax }, u) => (uniforms.push(u), argmax) });
      return uniforms.length;
    };
    expect(await drawnFor("neg-entropy")).toBe(rows.length);
    expect(await drawnFor("probability")).toBe(4 + 3 + 2 + 1 + rows.length);
  });

  it("that commit everything early end the decoding early", async () => {
    const steps: number[] = [];
    await decodeTable(
      rows,
      {},
      {
        policy: ({ masked }) => ({ positions: masked, candidates: masked.length, tied: false }),
        onStep: step => steps.push(step),
      },
    );
    expect(steps).toEqual([1]);
  });
});

describe("a random Dream checkpoint at temperature 1", () => {
  const prompts = [[10, 20, 30], [11, 21, 31, 41, 51], [12], [13, 23, 33]].map(ids => Int32Array.from(ids));
  const config = decodeConfig(8, { temperature: 1, tieRule: "random" });
  const rngs = (seed: number) => prompts.map((_, b) => Rng.fromSeed(seed).split(b));
  const decisions = (ts: Awaited<ReturnType<typeof decode>>) =>
    ts.map(t => [[...t.completionIds], [...t.order], [...t.stepOf]]);

  it("gives the same trajectory for the same seed, another for another seed", async () => {
    const first = decisions(await decode(dream, prompts, config, rngs(1)));
    expect(decisions(await decode(dream, prompts, config, rngs(1)))).toEqual(first);
    expect(decisions(await decode(dream, prompts, config, rngs(2)))).not.toEqual(first);
  });

  it("decides in a batch of 4 as in 4 batches of 1, left padding and all", async () => {
    const together = decisions(await decode(dream, prompts, config, rngs(1)));
    for (const [b, prompt] of prompts.entries()) {
      const alone = await decode(dream, [prompt], config, [rngs(1)[b]]);
      expect(decisions(alone)[0], `prompt ${b}`).toEqual(together[b]);
    }
  });

  it("asks once about equal canvases: four samples of a prompt decide as each alone", async () => {
    const [, prompt] = prompts;
    const asked: number[] = [];
    const counting = {
      ...dream,
      logitsAt: (...question: Parameters<Denoiser["logitsAt"]>) => {
        asked.push(question[0].shape[0]);
        return dream.logitsAt(...question);
      },
    };
    const group = prompts.map(() => prompt);
    const together = await decode(counting, group, config, rngs(1));
    expect(asked[0]).toBe(1);
    expect(asked.at(-1)).toBe(4);
    expect(new Set(decisions(together).map(d => JSON.stringify(d))).size).toBe(4);
    for (const [b, rng] of rngs(1).entries()) {
      const [alone] = await decode(dream, [prompt], config, [rng]);
      expect(decisions([alone])[0], `sample ${b}`).toEqual(decisions(together)[b]);
      // float32 products of more or fewer rows differ by rounding
      alone.confidence.forEach((c, p) => expect(Math.abs(c - together[b].confidence[p])).toBeLessThan(1e-5));
    }
  });

  it("scores equal canvases once, as the same score of the caller's own does sample by sample", async () => {
    const group = prompts.map(() => prompts[1]);
    for (const remasking of ["neg-entropy", "margin", "neg-entropy-untempered"] as const) {
      const named = await decode(dream, group, { ...config, remasking }, rngs(1));
      const own = { score: scoreOf(remasking) };
      expect(await decode(dream, group, { ...config, remasking }, rngs(1), own)).toEqual(named);
    }
  });

  it("does not share a canvas between prompts that only look alike once they are padded", async () => {
    const pad = dream.padTokenId;
    const alike = [Int32Array.of(pad, 10, 20), Int32Array.of(10, 20)];
    const together = decisions(await decode(dream, alike, config, rngs(1).slice(0, 2)));
    for (const [b, prompt] of alike.entries())
      expect(decisions(await decode(dream, [prompt], config, [rngs(1)[b]]))[0]).toEqual(together[b]);
  });

  it("commits every position once, and no mask", async () => {
    for (const quota of ["dream", "llada", "origin"] as const) {
      for (const t of await decode(dream, prompts, { ...config, quota, steps: 4 }, rngs(1))) {
        expect(
          [...t.order].sort((a, b) => a - b),
          quota,
        ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        expect(t.completionIds).not.toContain(dream.maskTokenId);
      }
    }
  });

  it("draws the same first tokens whatever ranks the positions: a new draw moves no old one", async () => {
    const tokens = async (remasking: "random" | "neg-entropy") => {
      const ts = await decode(dream, prompts, { ...config, remasking, steps: 1 }, rngs(1));
      return ts.map(t => [...t.completionIds]);
    };
    expect(await tokens("random")).toEqual(await tokens("neg-entropy"));
  });

  it("leaves no tensor behind, finished or aborted", async () => {
    await decode(dream, prompts, config, rngs(1)); // records the graph
    const before = tf.memory().numTensors;
    await decode(dream, prompts, config, rngs(1), { trace: true });
    expect(tf.memory().numTensors).toBe(before);
    const stop = new AbortController();
    const onStep = (step: number) => {
      if (step === 2) stop.abort(new Error("enough"));
    };
    await expect(decode(dream, prompts, config, rngs(1), { signal: stop.signal, onStep })).rejects.toThrow(
      "enough",
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it("lets other work run between steps", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await decode(dream, prompts, config, rngs(1));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});

describe("input that cannot be decoded", () => {
  const rows = rowsOfConfidence([0.5, 0.6]);
  const run = (prompts: Int32Array[], rngs: Rng[]) =>
    decode(tableDenoiser(rows, 8), prompts, decodeConfig(2), rngs);
  const rng = Rng.fromSeed(0);

  it("is refused with cause and remedy", async () => {
    await expect(run([], [])).rejects.toThrow(/no prompts; give at least one/);
    await expect(run([Int32Array.of(1)], [])).rejects.toThrow(/1 prompts come with 0 random streams/);
    await expect(run([Int32Array.of(1), Int32Array.of()], [rng, rng])).rejects.toThrow(/prompt 1 is empty/);
    await expect(run([Int32Array.of(1)], [rng]).then(ts => ts.length)).resolves.toBe(1);
  });

  it("includes logits that are not numbers", async () => {
    await expect(decodeTable([[NaN, 1, 1, 1, 1, 1, 1, 1, 1]])).rejects.toThrow(/NaN or infinity/);
  });
});
