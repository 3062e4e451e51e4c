/**
 * dllm's samplers in the one loop: schedules of masks, scopes of
 * a block, block-causal attention, tokens put last or left out.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { bd3lmPublic, decodeConfig, mdlmPublic } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { decode } from "../../src/lib/decode/decode.js";
import { dllm, dllmSteps } from "../../src/lib/decode/dllm-policy.js";
import { policyValues } from "../../src/lib/decode/named-policy.js";
import { policyOf } from "../../src/lib/decode/policies.js";
import type { UnmaskingPolicy } from "../../src/lib/decode/policy.js";
import { dllmTokensPerStep } from "../../src/lib/decode/quota.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { createDenoiser, type Denoiser } from "../../src/lib/model/denoiser.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { decodeTable } from "./decode-table.js";
import { rowsOfConfidence, tableDenoiser } from "./table-denoiser.js";

const shape: DenoiserConfig = {
  ...{ modelType: "a2d-llama", vocabSize: 13, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 100, qkvBias: false, tieWordEmbeddings: true },
  ...{ shift: false, maskTokenId: 12, eosTokenId: 0, padTokenId: 1, maxPositions: 64 },
};

beforeAll(async () => {
  await useBackend();
});

/** A random model whose attention matters. */
function model(): Denoiser {
  const parameters = new Map(
    [...initParameters(shape, Rng.fromSeed(3))].map(([name, tensor]) => {
      const factor = name.endsWith("norm.weight") ? 1 : 40;
      return [name, tf.tidy(() => tf.mul(tensor, factor))];
    }),
  );
  return createDenoiser(shape, parameters, { mode: "op-by-op" });
}

const prompt = (...ids: number[]) => Int32Array.from(ids);

describe("tokens a step by a schedule of masks", () => {
  it("are rounded half to even of what is left, not LLaDA's even split", () => {
    expect(dllmTokensPerStep(16, 6, "linear")).toEqual([3, 3, 2, 3, 2, 3]);
    expect(dllmTokensPerStep(16, 9, "cosine")).toEqual([1, 1, 2, 2, 2, 3, 2, 3]);
  });

  it("leave out steps that commit nothing, so that more steps than tokens waste no call", () => {
    expect(dllmTokensPerStep(2, 64, "linear")).toEqual([1, 1]);
    expect(dllmTokensPerStep(0, 4, "linear")).toEqual([]);
  });

  it.each([1, 2, 3, 5, 8, 13])("commit every one of up to 40 tokens in %i steps", steps => {
    for (let n = 1; n <= 40; n++)
      for (const schedule of ["linear", "cosine"] as const)
        expect(dllmTokensPerStep(n, steps, schedule).reduce((a, b) => a + b, 0)).toBe(n);
  });
});

describe("blocks of the policy", () => {
  const values = (given: Readonly<Record<string, number | string>>) =>
    policyValues("dllm", dllm.parameters, given);
  const all = (n: number) => Array.from({ length: n }, (_, p) => p);

  it("share out the steps evenly, the last block may be short", () => {
    const steps = dllmSteps(all(10), 10, values({ steps: 6, block: 4 }));
    expect(steps.map(({ start, end, count }) => [start, end, count])).toEqual([
      ...[[0, 4, 2], [0, 4, 2], [4, 8, 2], [4, 8, 2], [8, 10, 1], [8, 10, 1]], // prettier-ignore
    ]);
  });

  it("count their own masks only: what is given costs no step", () => {
    expect(dllmSteps([1, 2, 7], 8, values({ steps: 8, block: 4 })).map(({ count }) => count)).toEqual([
      1, 1, 1,
    ]);
  });

  const candidatesOf = (scope: string, masked: readonly number[], step: number) => {
    const config = decodeConfig(8, { ...mdlmPublic, policy: { name: "dllm", steps: 8, block: 4, scope } });
    const policy = policyOf(config) as UnmaskingPolicy;
    const state = { step, steps: 8, completionLength: 8, masked, scores: new Float32Array(8) };
    return policy({ ...state, initial: all(8) }, Rng.fromSeed(0));
  };

  it("may commit what an earlier one left, infilling may not", () => {
    expect(candidatesOf("sample", [1, 5, 6], 6)).toMatchObject({ candidates: 3, positions: [1] });
    expect(candidatesOf("infill", [1, 5, 6], 6)).toMatchObject({ candidates: 2, positions: [5] });
    expect(candidatesOf("sample", [6, 7], 4).last).toBe(false);
    expect(candidatesOf("sample", [7], 7).last).toBe(true);
  });

  it("decode a text without any other option of the loop", async () => {
    const rows = rowsOfConfidence([0.3, 0.9, 0.5, 0.7, 0.6, 0.8, 0.4, 0.2]);
    const t = await decodeTable(rows, { policy: { name: "dllm", steps: 4, block: 4 } });
    expect([...t.stepOf]).toEqual([1, 0, 1, 0, 2, 2, 3, 3]);
    expect(t.calls).toBe(4);
  });
});

describe("block-causal attention", () => {
  const config = (changes: Partial<DecodeConfig> = {}) =>
    decodeConfig(12, {
      ...bd3lmPublic,
      maskProposable: false,
      policy: { name: "dllm", block: 4, steps: 6 },
      ...changes,
    });
  const run = (
    denoiser: Denoiser,
    prompts: readonly Int32Array[],
    changes: Partial<DecodeConfig> = {},
    endTokenIds: readonly number[] = [],
  ) =>
    decode(
      denoiser,
      prompts,
      config(changes),
      prompts.map((_, b) => Rng.fromSeed(b)),
      { endTokenIds },
    );

  it("finishes block by block, and a shorter prompt in the batch changes nothing", async () => {
    const denoiser = model();
    const prompts = [prompt(2, 3, 4, 5, 6), prompt(7, 8)];
    const together = await run(denoiser, prompts);
    expect(Array.from(together[0].stepOf, step => Math.floor(step / 2))).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
    ]);
    for (const [b, alone] of [
      [0, await run(denoiser, [prompts[0]])],
      [1, await run(denoiser, [prompts[1]])],
    ] as const)
      // prettier-ignore
      expect([...alone[0].completionIds]).toEqual([...together[b].completionIds]);
    denoiser.dispose();
  });

  it("a block sees none behind it: a shorter completion is the beginning of a longer one", async () => {
    const denoiser = model();
    const [long] = await run(denoiser, [prompt(2, 3, 4)]);
    const short = decodeConfig(4, {
      ...bd3lmPublic,
      maskProposable: false,
      policy: { name: "dllm", block: 4, steps: 2 },
    });
    const [beginning] = await decode(denoiser, [prompt(2, 3, 4)], short, [Rng.fromSeed(0)]);
    expect([...beginning.completionIds]).toEqual([...long.completionIds.slice(0, 4)]);
    // Full attention is another model: it sees what is to come.
    const [full] = await run(denoiser, [prompt(2, 3, 4)], { attention: "full" });
    expect([...full.completionIds]).not.toEqual([...long.completionIds]);
    denoiser.dispose();
  });

  it("no block follows once every sample has an end token", async () => {
    const denoiser = model();
    const prompts = [prompt(2, 3, 4)];
    const [whole] = await run(denoiser, prompts);
    const [stopped] = await run(denoiser, prompts, {}, [whole.completionIds[1]]);
    expect([whole.calls, stopped.calls]).toEqual([6, 2]);
    expect([...stopped.completionIds]).toEqual([
      ...whole.completionIds.slice(0, 4),
      ...new Array<number>(8).fill(12),
    ]);
    denoiser.dispose();
  });

  it.each<[string, Partial<DecodeConfig>, RegExp]>([
    ["no policy", { policy: undefined }, /block-causal attention needs the blocks of policy dllm/],
    ["no blocks", { policy: { name: "dllm" } }, /needs the blocks of policy dllm/],
    ["a cache", { kvCache: "dual", maskProposable: false }, /block-causal attention and a dual cache/],
    [
      "a block beyond the completion",
      { policy: { name: "dllm", block: 64 } },
      /block=64 exceeds completionLength=12/,
    ],
  ])("cannot be with %s", (_, changes, message) => {
    expect(() => config(changes)).toThrow(message);
  });
});

describe("single tokens", () => {
  const rows = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.35, 0.25]]; // prettier-ignore
  const table = rows.map(row => [...row, 1e-30]);
  const decoded = async (changes: Partial<DecodeConfig>) => {
    const config = decodeConfig(3, { temperature: 0, topP: 1, ...changes });
    const [t] = await decode(tableDenoiser(table, 3), [prompt(1, 2)], config, [Rng.fromSeed(0)]);
    return t;
  };
  const decoding = { remasking: "probability-untempered" } as const;

  it("that are suppressed are never proposed, and the others are so much surer", async () => {
    const t = await decoded({ ...decoding, suppressed: [0, 1] });
    expect([...t.completionIds]).toEqual([2, 2, 2]);
    expect(t.confidence[0]).toBeCloseTo(1, 5);
  });

  it("that are postponed are still chosen, after all others", async () => {
    const t = await decoded({ ...decoding, postponed: [1] });
    expect([...t.completionIds]).toEqual([0, 1, 0]);
    expect([...t.order]).toEqual([0, 2, 1]);
    expect([t.confidence[0], t.confidence[1]].map(x => Number(x.toFixed(4)))).toEqual([0.7143, 0]);
  });

  it("are ids, and postponed ones need a probability to lose", async () => {
    await expect(decoded({ ...decoding, suppressed: [-1] })).rejects.toThrow(
      /suppressed\[0\]=-1 is no whole number from 0 .*; give token ids, from 0/,
    );
    await expect(decoded({ remasking: "margin", postponed: [1] })).rejects.toThrow(
      /"margin" does not read one/,
    );
  });
});

describe("guidance", () => {
  it("hides what is given in the completion too, except the tokens that it keeps", async () => {
    const denoiser = model();
    const given = [Int32Array.from([12, 12, 5, 12, 7, 12, 12, 12])];
    const once = async (changes: Partial<DecodeConfig>) => {
      const config = decodeConfig(8, { temperature: 0, topP: 1, ...changes });
      const [t] = await decode(denoiser, [prompt(2, 3)], config, [Rng.fromSeed(0)], { given, trace: true });
      return [...(t.trace?.confidence.slice(0, 2) ?? [])];
    };
    const [plain, guided] = [await once({}), await once({ guidance: 2 })];
    expect(guided).not.toEqual(plain);
    expect(await once({ guidance: 2, guidanceKeeps: [5] })).not.toEqual(guided);
    // Nothing is hidden any more: both passes say the same.
    const all = await once({ guidance: 2, guidanceKeeps: [2, 3, 5, 7] });
    all.forEach((x, i) => expect(x).toBeCloseTo(plain[i], 4));
    denoiser.dispose();
  });
});
