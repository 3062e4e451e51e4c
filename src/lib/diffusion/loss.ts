/** Cross-entropy and its weighted sums: the masked-diffusion loss L_t (DiffuCoder Eq. 1) and the next-token loss. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Cross-entropy in nats of every row [N] for logits [N, V] and targets [N].
 * Written as log-sum-exp minus the target's logit; the target is picked by a one-hot product, whose gradient
 * runs on every backend.
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const picked = tf.sum(tf.mul(logits, tf.oneHot(targets, logits.shape[1])), -1);
  return tf.sub<tf.Tensor1D>(tf.logSumExp(logits, -1), picked);
}

/**
 * Sum over positions of weight x cross-entropy. With weight 1/(t B C) at masked positions and 0 elsewhere it
 * is the mean over the batch of L_t per token; with weight 1/N it is the next-token loss.
 * @param logits [B, T, V] aligned to positions
 * @param targets [B, T] clean ids
 * @param weights [B, T]
 */
export function weightedLoss(logits: tf.Tensor3D, targets: tf.Tensor2D, weights: tf.Tensor2D): tf.Scalar {
  const [b, t, v] = logits.shape;
  const ce = crossEntropy(tf.reshape(logits, [b * t, v]), tf.reshape(targets, [b * t]));
  return tf.sum(tf.mul(ce, tf.reshape(weights, [b * t])));
}

/** Cross-entropy in nats at every position [B, T], for the loss-by-timestep study and evaluation. */
export function positionLosses(logits: tf.Tensor3D, targets: tf.Tensor2D): tf.Tensor2D {
  const [b, t, v] = logits.shape;
  return tf.reshape(crossEntropy(tf.reshape(logits, [b * t, v]), tf.reshape(targets, [b * t])), [b, t]);
}
