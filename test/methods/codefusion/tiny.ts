/** A network of a few hundred parameters and two pairs to learn. */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../../src/lib/core/rng.js";
import type { FusionConfig } from "../../../src/lib/methods/codefusion/config.js";
import { promptTensors } from "../../../src/lib/methods/codefusion/generate.js";
import { signalShare, stepFeatures } from "../../../src/lib/methods/codefusion/schedule.js";
import type { FusionBatch } from "../../../src/lib/methods/codefusion/train-step.js";

export const tiny: FusionConfig = {
  ...{
    vocabSize: 9,
    padTokenId: 0,
    promptLength: 3,
    length: 4,
    hiddenSize: 16,
    heads: 2,
    intermediateSize: 24,
  },
  ...{
    embeddingSize: 8,
    encoderLayers: 1,
    denoiserLayers: 1,
    decoderLayers: 1,
    steps: 12,
    predicts: "start",
  },
  ...{ rmsNormEps: 1e-6, ropeTheta: 10000 },
};

/** The first asks for 5 6 7, the second for 8 5. */
export const tinyPrompts = [Int32Array.of(1, 2), Int32Array.of(3, 4, 2)];
export const tinyPrograms = [Int32Array.of(5, 6, 7, 0), Int32Array.of(8, 5, 0, 0)];

/** Each pair `copies` times, at random steps. */
export function tinyBatch(rng: Rng, copies: number): FusionBatch {
  const rows = Array.from({ length: 2 * copies }, (_, i) => i % 2);
  const { ids: prompts, attentionMask } = promptTensors(
    tiny,
    rows.map(i => tinyPrompts[i]),
  );
  const { length: n, embeddingSize: e, hiddenSize: d, steps } = tiny;
  const times = rows.map(() => 1 + rng.int(steps));
  return {
    prompts,
    attentionMask,
    programs: tf.tensor2d(
      rows.map(i => [...tinyPrograms[i]]),
      [rows.length, n],
      "int32",
    ),
    noise: tf.tensor3d(
      Array.from({ length: rows.length * n * e }, () => rng.normal()),
      [rows.length, n, e],
    ),
    shares: tf.tensor2d(times.map(t => [signalShare(t / steps)])),
    features: tf.tensor2d(
      times.map(t => [...stepFeatures(t, d)]),
      [rows.length, d],
    ),
  };
}
