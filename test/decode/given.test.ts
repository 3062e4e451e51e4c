/** Decoding around tokens that are given. */
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import { decode } from "../../src/lib/decode/decode.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 13, hiddenSize: 16, layers: 2, heads: 4, kvHeads: 2 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 100, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 12, eosTokenId: 0, padTokenId: 1, maxPositions: 64 },
};
const prompts = [[2, 3, 4], [5, 6]].map(ids => Int32Array.from(ids)); // prettier-ignore
const decoding = decodeConfig(10, { remasking: "probability-untempered" });
const rngs = () => prompts.map((_, b) => Rng.fromSeed(b));
const denoiser = () => createDenoiser(config, initParameters(config, Rng.fromSeed(3)), { mode: "op-by-op" });

beforeAll(async () => {
  await useBackend();
});

describe("given tokens", () => {
  it("stay, are in no order, and cost no step", async () => {
    const model = denoiser();
    const given = [
      Int32Array.from([12, 12, 7, 12, 12, 12, 12, 12, 12, 3]),
      Int32Array.from({ length: 10 }, () => 5),
    ];
    const ts = await decode(model, prompts, decoding, rngs(), { given });
    expect([ts[0].completionIds[2], ts[0].completionIds[9], ts[0].calls, ts[1].calls]).toEqual([7, 3, 8, 0]);
    expect([...ts[0].order].sort((a, b) => a - b)).toEqual([0, 1, 3, 4, 5, 6, 7, 8]);
    expect([ts[0].stepOf[2], ts[0].stepOf[9]]).toEqual([-1, -1]);
    expect([...ts[1].completionIds]).toEqual([...given[1]]);
    model.dispose();
  });

  it("go with a cache as well: what is given before a block is in its prefix", async () => {
    const model = denoiser();
    const given = prompts.map(() => Int32Array.from([5, 5, 5, 5, 5, 12, 12, 12, 12, 12]));
    // A quota in blocks would spend the first block's steps on nothing.
    const policy = { name: "threshold", tau: 1 } as const;
    const cached = { ...decoding, blockLength: 5, kvCache: "dual", policy } as const;
    const [a, b] = await decode(model, prompts, cached, rngs(), { given });
    expect([a.calls, a.tokenPositions, b.calls, b.tokenPositions]).toEqual([5, 13 + 4 * 5, 5, 12 + 4 * 5]);
    model.dispose();
  });

  it("must fill the completion", async () => {
    const model = denoiser();
    const given = prompts.map(() => new Int32Array(9));
    await expect(decode(model, prompts, decoding, rngs(), { given })).rejects.toThrow(
      /given completion 0 has 9 tokens and completionLength=10; fill it up with the mask/,
    );
    model.dispose();
  });
});
