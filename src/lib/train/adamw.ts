/** AdamW as a pure function of tensors, with global gradient clipping. */
import * as tf from "@tensorflow/tfjs-core";
import { fields, number, type Of } from "../core/schema.js";
import { hasNativeOperation, nativeOperation } from "../compile/native-operation.js";
import type { Parameters } from "../model/parameters.js";

export const adamWSchema = fields({
  beta1: number("[0, 1)"),
  beta2: number("[0, 1)"),
  epsilon: number("(0, 1]"),
  /** decoupled weight decay, applied to matrices only */
  weightDecay: number("[0, 1]"),
  /** largest global gradient norm */
  clipNorm: number("(0, 1000000]"),
});
export type AdamWConfig = Of<typeof adamWSchema>;

export const adamWDefaults: AdamWConfig = {
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

/**
 * Global L2 norm of a list of gradients. (Not by tf.addN, which TensorFlow rewrites into what XLA cannot
 * compile.)
 */
export function globalNorm(grads: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(tf.mul<tf.Scalar>(2, tf.sum(tf.stack(grads.map(halfSquare)))));
}

/** Half the sum of the squares. */
function halfSquare(x: tf.Tensor): tf.Tensor {
  if (hasNativeOperation("L2Loss")) return nativeOperation("L2Loss", { T: { dtype: "float32" } }, [x]);
  return tf.mul(0.5, tf.sum(tf.square(x)));
}

/** One parameter's update. Moments are of the clipped gradient. */
export interface AdamWUpdate {
  readonly value: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * Scalars are gathered first, so that each tensor is passed over as seldom as can be: the corrected quotient
 * (m / c1) / (sqrt(v / c2) + eps) is m / (sqrt(v) + eps sqrt(c2)), times sqrt(c2) / c1.
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
  const { beta1, beta2, epsilon, weightDecay } = config;
  const root = tf.sqrt(correction2);
  const nextM = tf.add(tf.mul(m, beta1), tf.mul(grad, tf.mul(clip, 1 - beta1)));
  const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(grad), tf.mul(tf.square(clip), 1 - beta2)));
  const direction = tf.div(nextM, tf.add(tf.sqrt(nextV), tf.mul(root, epsilon)));
  const kept = value.rank > 1 ? tf.mul(value, tf.sub(1, tf.mul(rate, weightDecay))) : value;
  const stride = tf.mul(rate, tf.div(root, correction1));
  return { value: tf.sub(kept, tf.mul(direction, stride)), m: nextM, v: nextV };
}

/** Learning rate and the two bias corrections of a step. */
export interface StepScalars {
  readonly rate: tf.Scalar;
  /** 1 - beta1^step and 1 - beta2^step, with step counted from 1 */
  readonly correction1: tf.Scalar;
  readonly correction2: tf.Scalar;
}

/** @param step counted from 0 */
export function stepScalars({ beta1, beta2 }: AdamWConfig, rate: number, step: number): StepScalars {
  const [one, two] = [beta1, beta2].map(beta => tf.scalar(1 - beta ** (step + 1)));
  return { rate: tf.scalar(rate), correction1: one, correction2: two };
}

/** Parameters and the two moments of AdamW, owned by whoever made them. */
export interface OptimizerState {
  readonly parameters: Parameters;
  readonly m: Parameters;
  readonly v: Parameters;
}

/**
 * Clips the gradients to the global norm and updates everything.
 * @param factorOf what the rate of a parameter is multiplied by
 * @returns the norm before clipping, and the state after the step
 */
export function clippedAdamW(
  { parameters, m, v }: OptimizerState,
  gradients: Parameters,
  { rate, correction1, correction2 }: StepScalars,
  config: AdamWConfig,
  factorOf: (name: string) => number = () => 1,
): { readonly norm: tf.Scalar; readonly state: OptimizerState } {
  const of = (map: Parameters, name: string) => map.get(name) as tf.Tensor;
  const norm = globalNorm([...parameters.keys()].map(name => of(gradients, name)));
  const clip = tf.minimum<tf.Scalar>(1, tf.div(config.clipNorm, tf.add(norm, 1e-6)));
  const updates = [...parameters].map(([name, value]): [string, AdamWUpdate] => {
    const factor = factorOf(name);
    const own = factor === 1 ? rate : tf.mul<tf.Scalar>(rate, factor);
    const [m1, v1, grad] = [of(m, name), of(v, name), of(gradients, name)];
    return [name, adamWUpdate(value, m1, v1, grad, clip, own, correction1, correction2, config)];
  });
  const next = (key: keyof AdamWUpdate) => new Map(updates.map(([name, update]) => [name, update[key]]));
  return { norm, state: { parameters: next("value"), m: next("m"), v: next("v") } };
}
