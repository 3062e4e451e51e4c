/** AdamW as a pure function of tensors, with global gradient clipping. */
import * as tf from "@tensorflow/tfjs-core";

export interface AdamWConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** decoupled weight decay, applied to matrices only */
  readonly weightDecay: number;
  /** largest global gradient norm */
  readonly clipNorm: number;
}

export const adamWDefaults: AdamWConfig = {
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** Global L2 norm of a list of gradients. */
export function globalNorm(grads: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(tf.addN(grads.map(g => tf.sum(tf.square(g))))) as tf.Scalar;
}

/** One parameter's update. Moments are of the clipped gradient. */
export interface AdamWUpdate {
  readonly value: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * @param clip factor <= 1 applied to the gradient
 * @param rate learning rate
 * @param correction1 1 - beta1^step, with step counted from 1
 * @param correction2 1 - beta2^step
 */
export function adamWUpdate(
  value: tf.Tensor,
  m: tf.Tensor,
  v: tf.Tensor,
  grad: tf.Tensor,
  clip: tf.Scalar,
  rate: tf.Scalar,
  correction1: tf.Scalar,
  correction2: tf.Scalar,
  config: AdamWConfig,
): AdamWUpdate {
  const g = tf.mul(grad, clip);
  const nextM = tf.add(tf.mul(m, config.beta1), tf.mul(g, 1 - config.beta1));
  const nextV = tf.add(tf.mul(v, config.beta2), tf.mul(tf.square(g), 1 - config.beta2));
  const direction = tf.div(
    tf.div(nextM, correction1),
    tf.add(tf.sqrt(tf.div(nextV, correction2)), config.epsilon),
  );
  const decayed = value.rank > 1 ? tf.add(direction, tf.mul(value, config.weightDecay)) : direction;
  return { value: tf.sub(value, tf.mul(decayed, rate)), m: nextM, v: nextV };
}
