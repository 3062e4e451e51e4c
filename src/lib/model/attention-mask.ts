/**
 * Attention masks as additive biases: 0 where a query may attend to a key, a large negative number where not.
 * Built on the host and uploaded, so that one recorded graph serves causal, annealed and full attention.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";

/** Finite, so that a row without any open key stays finite too. */
const closed = -1e9;

/**
 * [1, 1, T, T] bias in which query i may attend to key j when j <= i, or with
 * probability `ratio` otherwise: 0 is causal, 1 is full. One matrix for the
 * batch, all heads and layers (DiffuLLaMA arXiv 2410.17891; DiffuCoder §3).
 * @param uniform draw in [0, 1) for query i and key j; an entry is open when it is below `ratio`
 */
export function annealedBias(
  length: number,
  ratio: number,
  uniform: (i: number, j: number) => number,
): Float32Array {
  const bias = new Float32Array(length * length);
  for (let i = 0; i < length; i++) {
    for (let j = i + 1; j < length; j++) {
      if (!(uniform(i, j) < ratio)) bias[i * length + j] = closed;
    }
  }
  return bias;
}

/** The ratio of open future entries at a step counted from 0: min(1, (step + 1) / annealSteps). */
export function annealingRatio(step: number, annealSteps: number): number {
  return annealSteps <= 0 ? 1 : Math.min(1, (step + 1) / annealSteps);
}

/** Bias of a stage as a tensor [1, 1, T, T]; draws come from `rng` only while 0 < ratio < 1. */
export function attentionBias(length: number, ratio: number, rng: Rng): tf.Tensor4D {
  const draw = ratio > 0 && ratio < 1 ? () => rng.uniform() : () => 0.5;
  return tf.tensor4d(annealedBias(length, ratio, draw), [1, 1, length, length]);
}

/**
 * [B, 1, 1, T] bias that hides the keys where `attentionMask` [B, T] is 0 (left padding) from every query.
 */
export function paddingBias(attentionMask: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const [b, t] = attentionMask.shape;
    return tf.reshape(tf.mul(tf.sub(1, tf.cast(attentionMask, "float32")), closed), [b, 1, 1, t]);
  });
}

/** [B, 1, Q, K] bias of which query may attend to which key. @param mayAttend [B * Q * K], 1 or 0 */
export function maskBias(
  mayAttend: ArrayLike<number>,
  [b, queries, keys]: readonly [number, number, number],
): tf.Tensor4D {
  return tf.tensor4d(
    Float32Array.from(mayAttend, open => (open === 1 ? 0 : closed)),
    [b, 1, queries, keys],
  );
}
