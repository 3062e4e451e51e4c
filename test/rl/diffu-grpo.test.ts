/**
 * The worked numbers of diffu-GRPO (d1, arXiv 2504.12216):
 * estimate, objective, advantages and both ways to average.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { groupAdvantages } from "../../src/lib/rl/advantages.js";
import { completionMask } from "../../src/lib/rl/completion-mask.js";
import { estimatePlan } from "../../src/lib/rl/estimate-plan.js";
import {
  grpoLoss,
  grpoLossDefaults,
  grpoTerms,
  type GrpoTargets,
  type LossNormalisation,
} from "../../src/lib/rl/grpo-loss.js";
import { drawPasses, type MaskEstimator } from "../../src/lib/rl/mask-estimator.js";
import { tokenLogps } from "../../src/lib/rl/token-logps.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

const d1: MaskEstimator = { masks: "full", maskPairs: 1, promptMaskShare: 0.15 };
const lengths = [{ prompt: 40, completion: 4 }];
const hidden = (share: number, seed: number) => {
  const [{ passes }] = drawPasses({ ...d1, promptMaskShare: share }, lengths, Rng.fromSeed(seed));
  return passes.map(({ promptMasked, masked }) => [Array.from(promptMasked ?? []), Array.from(masked)]);
};

describe("the mean-field estimate", () => {
  it("of tokens with probabilities 0.5 and 0.25 is -2.079442, from one pass", () => {
    const logits = tf.log(tf.tensor3d([[[0.5, 0.5], [0.25, 0.75]]])); // prettier-ignore
    const logps = tokenLogps(logits, tf.tensor2d([[0, 0]], [1, 2], "int32"));
    expect(tf.sum(logps).dataSync()[0]).toBeCloseTo(-2.079442, 6);
  });

  it("without prompt masks is the same for every seed; with them, each update has masks of its own", () => {
    expect(hidden(0, 1)).toEqual(hidden(0, 2));
    expect(hidden(0, 1)).toEqual([[[], [1, 1, 1, 1]]]);
    expect(hidden(0.15, 1)).not.toEqual(hidden(0.15, 2));
    expect(hidden(0.15, 1)).toEqual(hidden(0.15, 1)); // one seed: new, old and reference see the same prompt
  });

  it("never masks the padding of a shorter prompt", () => {
    const [pad, mask] = [7, 9];
    const model = { shift: false, padTokenId: pad, maskTokenId: mask } as DenoiserConfig;
    const prompts = [Int32Array.of(1, 2, 3, 4, 5, 6), Int32Array.of(1)];
    const completionIds = prompts.map(() => Int32Array.of(2, 2));
    const all = { ...d1, promptMaskShare: 1 - 1e-9 };
    const passes = drawPasses(
      all,
      prompts.map(p => ({ prompt: p.length, completion: 2 })),
      Rng.fromSeed(1),
    );
    const completionMasks = completionIds.map(() => Uint8Array.of(1, 1));
    const { ids } = estimatePlan(model, { promptIds: prompts, completionIds, passes, completionMasks }, 1);
    expect([...ids.subarray(8)]).toEqual([pad, pad, pad, pad, pad, mask, mask, mask]);
  });
});

/** One completion of one token with a given ratio, or a given difference to the reference. */
function terms(ratio: number, advantage: number, refMinusNew = 0) {
  const targets: GrpoTargets = {
    oldLogps: tf.tensor2d([[-Math.log(ratio)]]),
    refLogps: tf.tensor2d([[refMinusNew]]),
    advantages: tf.tensor1d([advantage]),
    completionMask: tf.tensor2d([[1]]),
  };
  const { surrogate, k3 } = grpoTerms(tf.tensor2d([[0]]), targets, { ...grpoLossDefaults, beta: 0.04 });
  return { surrogate: surrogate.dataSync()[0], k3: k3?.dataSync()[0] };
}

describe("the clipped objective", () => {
  it.each([
    [2, 1, -1.5],
    [2, -1, 2],
    [0.25, 1, -0.25],
    [0.25, -1, 0.5],
  ])("with epsilon 0.5: ratio %d, advantage %d gives %d", (ratio, advantage, loss) => {
    expect(terms(ratio, advantage).surrogate).toBeCloseTo(loss, 6);
  });

  it("has k3 0.193147 where the reference has half the probability, 0.306853 where it has twice", () => {
    expect(terms(1, 1, Math.log(0.5)).k3).toBeCloseTo(0.193147, 6);
    expect(terms(1, 1, Math.log(2)).k3).toBeCloseTo(0.306853, 6);
  });
});

describe("advantages of the rewards 1, 0, 0, 0", () => {
  it.each([
    ["group-mean", [0.75, -0.25, -0.25, -0.25]],
    ["leave-one-out", [1, -1 / 3, -1 / 3, -1 / 3]],
  ] as const)("%s", (baseline, expected) => {
    groupAdvantages([1, 0, 0, 0], 4, baseline).forEach((a, i) => expect(a).toBeCloseTo(expected[i], 12));
  });
});

describe("the mean over tokens", () => {
  const eos = 0;
  /** A completion that ends at its first token and one of four tokens, advantages 1 and -1. */
  const completions = [
    [eos, 5, 5, 5],
    [5, 5, 5, eos],
  ];
  const targets = (): GrpoTargets => ({
    oldLogps: null,
    refLogps: null,
    advantages: tf.tensor1d([1, -1]),
    completionMask: tf.tensor2d(completions.map(ids => Array.from(completionMask(ids, eos)))),
  });
  const logps = () => tf.tensor2d([-1, -1, -1, -1, -2, -2, -2, -2], [2, 4]);
  const loss = (normalisation?: LossNormalisation) => (x: tf.Tensor) =>
    grpoLoss(x as tf.Tensor2D, targets(), { ...grpoLossDefaults, normalisation });
  const lossOf = (kind?: LossNormalisation) => loss(kind)(logps()).dataSync()[0];
  const gradient = (kind: LossNormalisation) => Array.from(tf.grad(loss(kind))(logps()).dataSync());

  it("token-mean, the code's: every counting token of the batch weighs a fifth", () => {
    expect(lossOf("token-mean")).toBeCloseTo((-1 + 4) / 5, 6);
    expect(lossOf()).toBe(lossOf("token-mean"));
    gradient("token-mean").forEach((g, i) =>
      expect(g).toBeCloseTo([-0.2, 0, 0, 0, 0.2, 0.2, 0.2, 0.2][i], 6),
    );
  });

  it("completion-mean, the paper's: every completion weighs a half, however long", () => {
    expect(lossOf("completion-mean")).toBeCloseTo((-1 + 1) / 2, 6);
    gradient("completion-mean").forEach((g, i) =>
      expect(g).toBeCloseTo([-0.5, 0, 0, 0, 0.125, 0.125, 0.125, 0.125][i], 6),
    );
  });
});
