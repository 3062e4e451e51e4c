/**
 * Cross-entropy and its weighted sums: the masked-diffusion
 * loss L_t (DiffuCoder Eq. 1) and the next-token loss.
 */
import * as tf from "@tensorflow/tfjs-core";
import { takeFromRows } from "../model/rows.js";

/**
 * Cross-entropy in nats of every row [N] for logits [N, V] and targets [N]: log-sum-exp minus the target's
 * logit, with a gradient of its own, (softmax - one-hot), from the exponentials that the value needed anyway.
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const [n, v] = logits.shape;
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const shifted = tf.sub(x, tf.max(x, -1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, -1, true);
    const picked = takeFromRows(shifted as tf.Tensor2D, targets);
    save([exponentials, sums, targets]);
    const gradFunc = (dy: tf.Tensor1D, [exponentials, sums, targets]: tf.Tensor[]): tf.Tensor => {
      const weight = tf.reshape(dy, [n, 1]);
      const oneHot = tf.cast(tf.oneHot(targets, v), "float32");
      return tf.sub(tf.mul(exponentials, tf.div(weight, sums)), tf.mul(oneHot, weight));
    };
    return { value: tf.sub<tf.Tensor1D>(tf.reshape(tf.log(sums), [n]), picked), gradFunc };
  });
  return operation(logits);
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
