/**
 * Soft-masking's operator on the worked example of arXiv 2510.17206's equations, and against the hard model.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDenoiser } from "../../../src/lib/checkpoints/checkpoint.js";
import type { Denoiser } from "../../../src/lib/model/denoiser.js";
import {
  embedSoftly,
  feedbackOf,
  selfFeedback,
  softEmbeddings,
  softParameters,
  softScalarDefaults,
  softScalarsOf,
} from "../../../src/lib/methods/soft-masking/operator.js";
import { alignedLogits } from "../../../src/lib/model/transformer.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";

let dream: Denoiser;
beforeAll(async () => {
  await useBackend();
  dream = loadDenoiser("test/reference/dream-tiny");
  return () => dream.dispose();
});

/** e_a, e_b, e_c, e_MASK (id 3). */
const table = () =>
  tf.tensor2d([
    [1, 0],
    [0, 1],
    [1, 1],
    [-1, 2],
  ]);
const scalars = (strength: number, steepness: number, offset: number) =>
  [strength, steepness, offset].map(value => tf.scalar(value));
/** Logits 2, 1, 0, and more for the mask, which no distribution may hold. */
const logits = () => tf.tensor2d([[2, 1, 0, 5]]);
const rounded = (values: ArrayLike<number>) => Array.from(values, x => Number(x.toFixed(6)));

describe("three tokens of logits 2, 1 and 0", () => {
  it("have entropy .832396 nats, and the mask no part in it nor among the likeliest", () => {
    const { entropies, tokens, shares } = feedbackOf(logits(), 3, 3);
    expect(entropies.dataSync()[0]).toBeCloseTo(0.832396, 5);
    expect([...tokens.dataSync()]).toEqual([0, 1, 2]);
    [0.665241, 0.244728, 0.090031].forEach((p, i) => expect(shares.dataSync()[i]).toBeCloseTo(p, 5));
  });

  it.each([
    [1, [-0.414359, 1.414359]],
    [2, [-0.49311, 1.49311]],
    [3, [-0.48602, 1.512383]],
  ])("mixed by the likeliest %i of them stand at %j", (k, place) => {
    const feedback = feedbackOf(logits(), 3, k);
    const mixed = softEmbeddings(
      table(),
      tf.tensor1d([3], "int32"),
      tf.ones([1]),
      feedback,
      scalars(0.8, 20 / 3, -0.75),
    );
    mixed.dataSync().forEach((x, i) => expect(x).toBeCloseTo(place[i], 5));
  });
});

describe("the share that is mixed in", () => {
  it("falls with the entropy and is half the largest where that is -w_b", () => {
    const entropies = tf.tensor1d([0, 0.5, 0.75, 1.0986, 2]);
    // One token, at (0, 0), with the mask at (1, 0): what is left of the mask is 1 - lambda.
    const feedback = {
      entropies,
      tokens: tf.zeros<tf.Rank.R2>([5, 1], "int32"),
      shares: tf.ones<tf.Rank.R2>([5, 1]),
    };
    const places = softEmbeddings(
      tf.tensor2d([
        [0, 0],
        [1, 0],
      ]),
      tf.fill<tf.Rank.R1>([5], 1, "int32"),
      tf.ones([5]),
      feedback,
      scalars(0.8, 20 / 3, -0.75),
    );
    const lambdas = rounded(places.dataSync().filter((_, i) => i % 2 === 0)).map(x => 1 - x);
    [0.794646, 0.672905, 0.4, 0.071324, 0.000192].forEach((lambda, i) =>
      expect(lambdas[i]).toBeCloseTo(lambda, 5),
    );
  });

  it("is nothing where a token stands: its embedding is the hard one", () => {
    const feedback = feedbackOf(tf.tensor2d([[2, 1, 0, 5], [2, 1, 0, 5]]), 3, 2); // prettier-ignore
    const embed = embedSoftly(feedback, 3, scalars(0.8, 20 / 3, -0.75));
    const rows = embed(table(), tf.tensor1d([2, 3], "int32")).dataSync();
    expect([...rows.slice(0, 2)]).toEqual([1, 1]);
    expect(rounded(rows.slice(2))).toEqual([-0.49311, 1.49311]);
  });
});

describe("a whole model", () => {
  const ids = () => {
    const { maskTokenId: mask } = dream;
    return tf.tensor2d([1, 2, mask, 3, mask, mask], [1, 6], "int32");
  };
  /** A random model is unsure everywhere: a far offset mixes all the same. */
  const second = (strength: number) => {
    const { parameters, config } = dream;
    const feedback = selfFeedback(parameters, config, ids(), null, 3);
    return alignedLogits(parameters, config, ids(), null, {
      embed: embedSoftly(feedback, config.maskTokenId, scalars(strength, 1, -20)),
    }).dataSync();
  };

  it("with w_s = 0 says what the hard one says, bit for bit", () => {
    const hard = alignedLogits(dream.parameters, dream.config, ids(), null).dataSync();
    expect(second(0)).toEqual(hard);
    expect(second(0.8)).not.toEqual(hard);
  });
});

describe("the trained scalars", () => {
  it("start where they are told to", () => {
    const { strength, steepness, offset } = softScalarsOf(softParameters(softScalarDefaults));
    expect(strength).toBeCloseTo(0.1, 6);
    expect(steepness).toBeCloseTo(10 / 1.5, 5);
    expect(offset).toBeCloseTo(-0.75, 6);
  });
});
