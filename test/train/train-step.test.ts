import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { attentionBias } from "../../src/lib/model/attention-mask.js";
import type { DenoiserConfig } from "../../src/lib/model/config.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { softNames, softParameters, softScalarsOf } from "../../src/lib/methods/soft-masking/operator.js";
import { softTraining } from "../../src/lib/methods/soft-masking/training.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { adamWDefaults, adamWUpdate } from "../../src/lib/train/adamw.js";
import { learningRate } from "../../src/lib/train/learning-rate.js";
import { createTrainStep, initOptimizer } from "../../src/lib/train/train-step.js";

const config: DenoiserConfig = {
  ...{
    modelType: "Dream",
    vocabSize: 11,
    hiddenSize: 16,
    layers: 2,
    heads: 2,
    kvHeads: 1,
    intermediateSize: 24,
  },
  ...{ rmsNormEps: 1e-6, ropeTheta: 10000, qkvBias: true, tieWordEmbeddings: false, shift: true },
  ...{ maskTokenId: 10, eosTokenId: 0, padTokenId: 1, maxPositions: 32 },
};

beforeAll(async () => {
  await useBackend();
});

describe("AdamW", () => {
  it("moves a scalar by the learning rate on its first step, whatever the gradient's size", () => {
    const s = (x: number) => tf.scalar(x);
    const update = adamWUpdate(s(1), s(0), s(0), s(250), s(1), s(0.1), s(1 - 0.9), s(1 - 0.98), {
      ...adamWDefaults,
      weightDecay: 0,
    });
    expect(update.value.dataSync()[0]).toBeCloseTo(0.9, 5);
  });
});

describe("the learning rate", () => {
  it("warms up linearly, peaks, and ends at the floor", () => {
    const rate = (step: number) => learningRate(step, 100, { peak: 1, warmupSteps: 10, floor: 0.1 });
    expect([rate(0), rate(4), rate(9), rate(10), rate(99)].map(x => Number(x.toFixed(6)))).toEqual([
      0.1, 0.5, 1, 1, 0.1,
    ]);
  });
});

describe("a train step", () => {
  it("lowers the loss of a batch it sees again and again, and leaks no tensor", () => {
    const params = initParameters(config, Rng.fromSeed(1));
    const step = createTrainStep(config, adamWDefaults);
    const ids = tf.tensor2d(
      [
        [2, 3, 4, 5, 6, 7],
        [7, 6, 5, 4, 3, 2],
      ],
      [2, 6],
      "int32",
    );
    const batch = {
      ids,
      targets: ids,
      weights: tf.fill<tf.Rank.R2>([2, 6], 1 / 12),
      bias: attentionBias(6, 0, Rng.fromSeed(0)),
    };
    let state = initOptimizer(params);
    const losses: number[] = [];
    let tensors = 0;
    for (let i = 0; i < 30; i++) {
      const result = step(state, batch, 1e-2, i);
      state = result.state;
      losses.push(result.loss);
      if (i === 1) tensors = tf.memory().numTensors;
    }
    expect(losses[0]).toBeGreaterThan(2); // ln 11 = 2.4 at the start
    expect(losses[29]).toBeLessThan(0.5 * losses[0]);
    expect(tf.memory().numTensors).toBe(tensors);
    step.dispose();
  });
});

describe("a train step of soft-masking", () => {
  const start = { strength: 0.1, steepness: 2, offset: -3 };
  const soft = softTraining({ k: 2, share: 1, ratePeak: 0.1, start }, 0.01).pass;
  const ids = () => tf.tensor2d([2, 10, 4, 10, 10, 7], [1, 6], "int32");
  const batch = (twoPasses: boolean) => ({
    ids: ids(),
    targets: tf.tensor2d([2, 3, 4, 5, 6, 7], [1, 6], "int32"),
    weights: tf.tensor2d([0, 0.5, 0, 0.25, 0.25, 0], [1, 6]),
    bias: attentionBias(6, 1, Rng.fromSeed(0)),
    twoPasses,
  });
  /** The scalars, and the loss at each step, of steps of one kind. */
  const train = (twoPasses: boolean, steps: number) => {
    const params = new Map([...initParameters(config, Rng.fromSeed(1)), ...softParameters(start)]);
    const step = createTrainStep(config, adamWDefaults, {}, soft);
    let state = initOptimizer(params);
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const result = step(state, batch(twoPasses), 1e-2, i);
      state = result.state;
      losses.push(result.loss);
    }
    step.dispose();
    return { losses, state };
  };

  it("in two passes lowers the loss and moves each scalar, first by ten times the rate", () => {
    const { state: first } = train(true, 1);
    const before = softParameters(start);
    for (const name of softNames) {
      const [from, to] = [before, first.parameters].map(p => (p.get(name) as tf.Tensor).dataSync()[0]);
      expect(Math.abs(to - from)).toBeCloseTo(0.1, 3);
    }
    const { losses } = train(true, 30);
    expect(losses[29]).toBeLessThan(0.5 * losses[0]);
  });

  it("in one pass trains the model and leaves the scalars alone", () => {
    const { losses, state } = train(false, 30);
    expect(losses[29]).toBeLessThan(0.5 * losses[0]);
    const { strength, steepness, offset } = softScalarsOf(state.parameters);
    expect([strength, steepness, offset].map(x => Number(x.toFixed(5)))).toEqual([0.1, 2, -3]);
  });

  it("of no strength has the loss of a plain step", () => {
    const params = () =>
      new Map([...initParameters(config, Rng.fromSeed(1)), ...softParameters({ ...start, strength: 0 })]);
    const step = createTrainStep(config, adamWDefaults, {}, soft);
    const [one, two] = [false, true].map(kind => step(initOptimizer(params()), batch(kind), 1e-2, 0).loss);
    expect(two).toBeCloseTo(one, 5); // a strength of 0 is trained as 1e-6
    step.dispose();
  });
});
