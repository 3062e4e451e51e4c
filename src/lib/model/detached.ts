/** Values without their gradient. */
import * as tf from "@tensorflow/tfjs-core";

/** The value alone: gradients stop here. */
export function detach(x: tf.Tensor2D): tf.Tensor2D {
  const stop = tf.customGrad(value => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: dy => tf.zerosLike(dy),
  }));
  return stop(x) as tf.Tensor2D;
}
