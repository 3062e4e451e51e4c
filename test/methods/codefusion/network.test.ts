/**
 * The parts of a CodeFusion network: what they see, what they must not see, and what training does to them.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/lib/core/rng.js";
import {
  denoise,
  embeddingTable,
  encode,
  nearestTokens,
  readStates,
} from "../../../src/lib/methods/codefusion/network.js";
import { fusionShapes, fusionSize, initFusion } from "../../../src/lib/methods/codefusion/parameters.js";
import { signalShare, stepFeatures } from "../../../src/lib/methods/codefusion/schedule.js";
import { createFusionStep, createFusionTerms } from "../../../src/lib/methods/codefusion/train-step.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { codefusion } from "../../../src/lib/methods/codefusion/recipe.js";
import { fusionConfigOf } from "../../../src/lib/methods/codefusion/training.js";
import { adamWDefaults } from "../../../src/lib/train/adamw.js";
import { initOptimizer } from "../../../src/lib/train/train-step.js";
import { tiny, tinyBatch } from "./tiny.js";

beforeAll(async () => {
  await useBackend();
});

const params = initFusion.bind(null, tiny, Rng.fromSeed(1));
const largest = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
const encoding = (p: ReturnType<typeof params>, ids: number[], attentionMask: number[]) =>
  encode(p, tiny, tf.tensor2d([ids], [1, 3], "int32"), tf.tensor2d([attentionMask], [1, 3]));
const features = () => tf.tensor2d([...stepFeatures(6, 16)], [1, 16]);
const half = () => tf.scalar(signalShare(0.5));
const noise = (seed: number) => {
  const rng = Rng.fromSeed(seed);
  return tf.tensor2d(
    Array.from({ length: 4 * 8 }, () => rng.normal()),
    [4, 8],
  );
};

describe("the embedding table", () => {
  it("has rows of mean 0 and variance 1, whatever the size of its parameter", () => {
    const p = params();
    const small = new Map(p).set("embedding.weight", tf.mul(0.05, p.get("embedding.weight")!));
    for (const map of [p, small]) {
      const { mean, variance } = tf.moments(embeddingTable(map), -1);
      expect(tf.max(tf.abs(mean)).dataSync()[0]).toBeLessThan(1e-6);
      // eps beside a variance of 0.0025
      expect(tf.max(tf.abs(tf.sub(variance, 1))).dataSync()[0]).toBeLessThan(1e-2);
    }
  });

  it("is rounded to by distance: an embedding, or one near it, is its own token", () => {
    const table = embeddingTable(params());
    const near = tf.add<tf.Tensor2D>(table, tf.mul(0.05, tf.ones(table.shape)));
    expect([...nearestTokens(params(), near).dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("conditioning", () => {
  it("reaches denoiser and decoder through cross-attention, and the padding of a prompt does not", () => {
    const p = params();
    const x = noise(3);
    const of = (ids: number[], attentionMask: number[]) => {
      const e = encoding(p, ids, attentionMask);
      return [denoise(p, tiny, x, features(), half(), e).start, readStates(p, tiny, x, e)];
    };
    const [asked, otherPadding, otherPrompt] = [
      of([0, 1, 2], [0, 1, 1]),
      of([7, 1, 2], [0, 1, 1]),
      of([0, 3, 2], [0, 1, 1]),
    ];
    asked.forEach((y, i) => {
      expect(largest(y, otherPadding[i])).toBeLessThan(1e-6);
      expect(largest(y, otherPrompt[i])).toBeGreaterThan(1e-4);
    });
  });

  it("on the step t changes what the denoiser predicts", () => {
    const [p, x] = [params(), noise(3)];
    const e = encoding(p, [0, 1, 2], [0, 1, 1]);
    const at = (t: number) =>
      denoise(p, tiny, x, tf.tensor2d([...stepFeatures(t, 16)], [1, 16]), half(), e).start;
    expect(largest(at(1), at(11))).toBeGreaterThan(1e-3);
  });

  it("lets every position see every other, in denoiser and decoder", () => {
    const p = params();
    const e = encoding(p, [0, 1, 2], [0, 1, 1]);
    const x = noise(3);
    // the last position
    const changed = tf.add<tf.Tensor2D>(x, tf.oneHot(tf.tensor1d([3], "int32"), 4).transpose());
    const first = (y: tf.Tensor2D) => tf.slice(y, [0, 0], [1, 8]);
    const read = (y: tf.Tensor2D) => [
      denoise(p, tiny, y, features(), half(), e).start,
      readStates(p, tiny, y, e),
    ];
    read(x).forEach((y, i) => expect(largest(first(y), first(read(changed)[i]))).toBeGreaterThan(1e-5));
  });
});

it("a network that predicts noise implies the start that this noise was added to", () => {
  const p = params();
  const e = encoding(p, [0, 1, 2], [0, 1, 1]);
  const x = noise(3);
  const [byStart, byNoise] = (["start", "noise"] as const).map(predicts =>
    denoise(p, { ...tiny, predicts }, x, features(), half(), e),
  );
  expect(largest(byStart.start, byNoise.noise)).toBe(0); // the same output, called differently
  for (const { start, noise: e } of [byStart, byNoise]) {
    const share = signalShare(0.5);
    const again = tf.add(tf.mul(Math.sqrt(share), start), tf.mul(Math.sqrt(1 - share), e));
    expect(largest(again, x)).toBeLessThan(1e-5);
  }
});

describe("training", () => {
  it.each(["start", "noise"] as const)(
    "by the %s lowers the loss, moves every parameter and leaks no tensor",
    predicts => {
      const config = { ...tiny, predicts };
      const before = initFusion(config, Rng.fromSeed(1));
      const kept = new Map([...before].map(([name, value]) => [name, value.clone()]));
      const step = createFusionStep(config, "mean squares", adamWDefaults);
      let state = initOptimizer(before);
      const losses: number[] = [];
      let tensors = 0;
      for (let i = 0; i < 60; i++) {
        const batch = tinyBatch(Rng.fromSeed(i), 4);
        const result = step(state, batch, 1e-2, i);
        tf.dispose(Object.values(batch));
        state = result.state;
        losses.push(result.loss);
        if (i === 1) tensors = tf.memory().numTensors;
      }
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
      expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 10)));
      expect(tf.memory().numTensors).toBe(tensors);
      for (const [name, value] of state.parameters)
        expect(largest(value, kept.get(name)!), name).toBeGreaterThan(0);
      step.dispose();
    },
  );

  it("reports the three terms of a batch, which add up to its loss", () => {
    const p = params();
    const step = createFusionStep(tiny, "mean squares", adamWDefaults);
    const batch = tinyBatch(Rng.fromSeed(2), 3);
    const terms = createFusionTerms(tiny, "mean squares");
    const { denoising, embedding, crossEntropy } = terms(p, batch);
    terms.dispose();
    const { loss } = step(initOptimizer(p), batch, 1e-3, 0);
    expect(denoising + embedding + crossEntropy).toBeCloseTo(loss, 4);
    step.dispose();
  });
});

it("the recipe's network has 0.5 to 0.8 million parameters, all of them named once", () => {
  const config = fusionConfigOf(codefusion);
  expect(fusionSize(config)).toBeGreaterThan(0.5e6);
  expect(fusionSize(config)).toBeLessThan(0.8e6);
  expect(fusionShapes(tiny).size).toBe(initFusion(tiny, Rng.fromSeed(0)).size);
});
