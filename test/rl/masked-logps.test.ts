/** Estimates put together on the host from single passes, against the recorded graphs that training uses. */
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { createDenoiser } from "../../src/lib/model/denoiser.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { createLogpEstimator } from "../../src/lib/rl/grpo-step.js";
import { estimateFrom, maskedLogps } from "../../src/lib/rl/masked-logps.js";
import { coupledPair } from "../../src/lib/rl/mask-pairs.js";
import { pairedPasses, uniformDraws } from "../../src/lib/rl/mask-passes.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 2, heads: 2, kvHeads: 1 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};

beforeAll(async () => {
  await useBackend();
});

describe("an estimate from single passes", () => {
  it("adds up what each pass says of the tokens that it masks, with their weights", () => {
    const passes = pairedPasses(2, [coupledPair([0.1, 0.9], 0.5)]);
    const logps = [
      [-4, -6], // everything masked
      [-2, NaN], // the first token masked
      [NaN, -3], // the second; what a pass says of a token that it sees is not read
    ];
    expect([...estimateFrom(passes, pass => logps[pass])]).toEqual([(-4 - 2 * 2) / 2, (-6 - 2 * 3) / 2]);
  });

  it("is that of the graphs that training uses, whatever the padding", () => {
    const params = initParameters(config, Rng.fromSeed(1));
    const promptIds = Int32Array.of(5, 6, 7);
    const completionIds = Int32Array.of(8, 9, 2, 3);
    const rng = Rng.fromSeed(2);
    const passes = pairedPasses(
      4,
      [0.3, 0.6].map(t => coupledPair(uniformDraws(4, rng), t)),
    );
    const scored = { promptIds: [promptIds], completionIds: [completionIds], passes: [passes] };
    const estimator = createLogpEstimator(config);
    const theirs = estimator(params, { ...scored, completionMasks: [new Uint8Array(4).fill(1)] });
    estimator.dispose();
    const denoiser = createDenoiser(config, params);
    const masks = passes.passes.map(pass => pass.masked);
    const logps = maskedLogps(denoiser, promptIds, completionIds, masks, 12);
    const ours = estimateFrom(passes, pass => logps.subarray(pass * 4, (pass + 1) * 4));
    ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i], 4));
    denoiser.dispose();
  });
});
