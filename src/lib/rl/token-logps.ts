/**
 * Per-token log-probabilities from the logits of an estimator's
 * passes. Plain tfjs, so that `compile` can record them.
 */
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy } from "../diffusion/loss.js";

/**
 * log p of each token in nats [N, C].
 * @param logits [N, C, V] aligned: row c predicts token c
 * @param ids [N, C] int32
 */
export function tokenLogps(logits: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor2D {
  const [n, c, v] = logits.shape;
  const losses = crossEntropy(tf.reshape(logits, [n * c, v]), tf.reshape(ids, [n * c]));
  return tf.reshape(tf.neg(losses), [n, c]);
}

/**
 * The estimate [B, C]: sum over the K passes of weight x log p (`passWeights`).
 * @param logpsByPass [K, B, C]
 * @param weights [K, B, C]
 */
export function perTokenLogps(logpsByPass: tf.Tensor3D, weights: tf.Tensor3D): tf.Tensor2D {
  return tf.sum(tf.mul(logpsByPass, weights), 0);
}
