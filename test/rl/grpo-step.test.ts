/** The compiled update against the plain functions it is made of, without any of its savings. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { exponentKinds } from "../../src/lib/core/exponent.js";
import { Rng } from "../../src/lib/core/rng.js";
import { paddingBias } from "../../src/lib/model/attention-mask.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { initParameters, type Parameters } from "../../src/lib/model/parameters.js";
import { alignedLogits } from "../../src/lib/model/transformer.js";
import { completionMask } from "../../src/lib/rl/completion-mask.js";
import { estimatePlan } from "../../src/lib/rl/estimate-plan.js";
import { grpoLoss, grpoLossDefaults } from "../../src/lib/rl/grpo-loss.js";
import { createGrpoStep, createLogpEstimator, type GrpoBatch } from "../../src/lib/rl/grpo-step.js";
import { drawPasses } from "../../src/lib/rl/mask-estimator.js";
import { coupledPasses, passInput, passWeights, uniformDraws } from "../../src/lib/rl/mask-passes.js";
import { perTokenLogps, tokenLogps } from "../../src/lib/rl/token-logps.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { adamWDefaults } from "../../src/lib/train/adamw.js";
import { initOptimizer } from "../../src/lib/train/train-step.js";

const config: DenoiserConfig = {
  ...{ modelType: "Dream", vocabSize: 11, hiddenSize: 16, layers: 2, heads: 2, kvHeads: 1 },
  ...{ intermediateSize: 24, rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false },
  ...{ shift: true, maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};
const [promptLength, completionLength] = [3, 5];

/** Two prompts of different lengths, two completions each; the second completion ends early. */
function batch(): GrpoBatch {
  const rng = Rng.fromSeed(6);
  const completionIds = [
    [2, 3, 4, 5, 6],
    [7, 0, 8, 9, 2],
    [3, 3, 0, 5, 5],
    [9, 8, 7, 6, 0],
  ].map(ids => Int32Array.from(ids));
  const promptIds = [
    [2, 3, 4],
    [2, 3, 4],
    [5, 6],
    [5, 6],
  ].map(ids => Int32Array.from(ids));
  const old = completionIds.flatMap(ids => Array.from(ids, () => -2 - rng.uniform()));
  return {
    promptIds,
    completionIds,
    passes: completionIds.map((_, b) => coupledPasses(uniformDraws(completionLength, rng.split(b)), 0.4)),
    completionMasks: completionIds.map(ids => completionMask(ids, config.eosTokenId)),
    advantages: [1, -1, 0.5, -0.5],
    oldLogps: Float32Array.from(old),
    refLogps: Float32Array.from(old, x => x + 0.3),
  };
}

/** Every pass of every completion, all logits. */
function plainEstimates(params: Parameters, scored: GrpoBatch): tf.Tensor2D {
  const b = scored.completionIds.length;
  const length = promptLength + completionLength;
  const passes = scored.passes[0].passes.map((_, k) => k);
  const logps = passes.map(k => {
    const rows = scored.completionIds.map((ids, i) => {
      const seen = passInput(scored.promptIds[i], ids, scored.passes[i].passes[k], config.maskTokenId);
      return [...new Array<number>(length - seen.length).fill(config.padTokenId), ...seen];
    });
    const attentionMask = rows.map((_, i) =>
      rows[i].map((_, j) => (j < promptLength - scored.promptIds[i].length ? 0 : 1)),
    );
    const logits = alignedLogits(
      params,
      config,
      tf.tensor2d(rows, [b, length], "int32"),
      paddingBias(tf.tensor2d(attentionMask, [b, length], "int32")),
    );
    const ids = tf.tensor2d(
      scored.completionIds.map(x => Array.from(x)),
      [b, completionLength],
      "int32",
    );
    return tokenLogps(tf.slice(logits, [0, promptLength, 0], [-1, -1, -1]), ids);
  });
  const weights = scored.passes.map(passWeights);
  const byPass = passes.map(k =>
    weights.map(w => Array.from(w.subarray(k * completionLength, (k + 1) * completionLength))),
  );
  return perTokenLogps(tf.stack(logps) as tf.Tensor3D, tf.tensor3d(byPass));
}

beforeAll(async () => {
  await useBackend();
});

describe("the estimates", () => {
  it("are those of every pass in full, where a token counts, and 0 elsewhere", () => {
    const params = initParameters(config, Rng.fromSeed(1));
    const scored = batch();
    const plain = plainEstimates(params, scored).dataSync();
    const estimator = createLogpEstimator(config);
    const values = estimator(params, scored);
    const counts = scored.completionMasks.flatMap(mask => Array.from(mask));
    counts.forEach((m, i) => expect(values[i]).toBeCloseTo(m * plain[i], 4));
    expect(Math.max(...Array.from(values))).toBeLessThanOrEqual(0);
    estimator.dispose();
  });

  it.each([
    ["two pairs", { masks: "coupled", maskPairs: 2, promptMaskShare: 0 } as const],
    ["masked prompts", { masks: "full", maskPairs: 1, promptMaskShare: 0.5 } as const],
    ["both", { masks: "independent", maskPairs: 1, promptMaskShare: 0.5 } as const],
  ])("are those of every pass for %s, too", (_, estimator) => {
    const params = initParameters(config, Rng.fromSeed(1));
    const { promptIds } = batch();
    const lengths = promptIds.map(ids => ({ prompt: ids.length, completion: completionLength }));
    const scored = { ...batch(), passes: drawPasses(estimator, lengths, Rng.fromSeed(8)) };
    const plain = plainEstimates(params, scored).dataSync();
    const estimate = createLogpEstimator(config);
    const values = estimate(params, scored);
    const counts = scored.completionMasks.flatMap(mask => Array.from(mask));
    counts.forEach((m, i) => expect(values[i]).toBeCloseTo(m * plain[i], 4));
    estimate.dispose();
  });

  it("compute a prompt's all-masked canvas once, and read nothing behind the end token", () => {
    const plan = estimatePlan(config, batch(), 1);
    expect(plan.canvases).toBe(2 + 2 * 4); // one a prompt, two a completion
    const read = new Set(Array.from(plan.destinations).filter((_, i) => plan.readWeights[i] > 0));
    // the second completion ends at once
    expect([...read].filter(i => i >= 5 && i < 10).sort()).toEqual([5, 6]);
  });
});

describe("the update", () => {
  it.each(exponentKinds)("%s exponents: has the loss and the gradient of the plain functions", exponents => {
    const lossConfig = { ...grpoLossDefaults, exponents };
    const params = initParameters(config, Rng.fromSeed(1));
    const names = [...params.keys()];
    const scored = batch();
    const shape: [number, number] = [4, completionLength];
    const mask = scored.completionMasks.flatMap(m => Array.from(m));
    const lossOf = (...p: tf.Tensor[]) =>
      grpoLoss(
        plainEstimates(new Map(names.map((name, i) => [name, p[i]])), scored),
        {
          advantages: tf.tensor1d([...scored.advantages]),
          completionMask: tf.tensor2d(mask, shape),
          oldLogps: tf.tensor2d(scored.oldLogps!, shape),
          refLogps: tf.tensor2d(scored.refLogps!, shape),
        },
        lossConfig,
      );
    const { value, grads } = tf.valueAndGrads(lossOf)([...params.values()]);
    const norm = Math.sqrt(grads.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0], 0));
    const step = createGrpoStep(config, { ...adamWDefaults, weightDecay: 0 }, lossConfig);
    const before = names.map(name => params.get(name)!.clone());
    const result = step(initOptimizer(params), scored, 1e-3, 0);
    expect(result.loss).toBeCloseTo(value.dataSync()[0], 5);
    expect(result.gradNorm / norm).toBeCloseTo(1, 4);
    const clip = Math.min(1, adamWDefaults.clipNorm / norm);
    names.forEach((name, i) => {
      // after one step the first moment is (1 - beta1) x the clipped gradient
      const gap = tf.sub(tf.div(result.state.m.get(name)!, (1 - adamWDefaults.beta1) * clip), grads[i]);
      const largest = Math.max(1e-4, tf.max(tf.abs(grads[i])).dataSync()[0]);
      expect(tf.max(tf.abs(gap)).dataSync()[0] / largest, name).toBeLessThan(1e-3);
      expect(
        tf.max(tf.abs(tf.sub(before[i], result.state.parameters.get(name)!))).dataSync()[0],
      ).toBeLessThan(1.001e-3);
    });
    step.dispose();
  });

  it("leaks no tensor, and with no old estimates the ratio is 1", () => {
    const params = initParameters(config, Rng.fromSeed(2));
    const step = createGrpoStep(config, adamWDefaults, { ...grpoLossDefaults, beta: 0 });
    let state = initOptimizer(params);
    let tensors = 0;
    for (let i = 0; i < 4; i++) {
      const result = step(state, { ...batch(), oldLogps: null, refLogps: null }, 1e-3, i);
      state = result.state;
      // at ratio 1 the surrogate is minus the advantage: its mean over the counting tokens
      const counts = batch().completionMasks.map(mask => mask.reduce((a, b) => a + b, 0));
      const total = counts.reduce((a, b) => a + b, 0);
      const expected = -batch().advantages.reduce((sum, a, b) => sum + a * counts[b], 0) / total;
      expect(result.loss).toBeCloseTo(expected, 5);
      if (i === 1) tensors = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(tensors);
    step.dispose();
  });
});
