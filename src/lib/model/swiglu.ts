/** SwiGLU's gate with a gradient of its own. */
import * as tf from "@tensorflow/tfjs-core";

/** silu(gate) * up (Shazeer, arXiv 2002.05202), element by element. */
export function gatedSilu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  const operation = tf.customGrad((...args) => {
    const [g, u, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    save([u, sigmoid, silu]);
    const gradFunc = (dy: tf.Tensor2D, [up, sigmoid, silu]: tf.Tensor[]): tf.Tensor[] => {
      // silu' = sigmoid (1 + g (1 - sigmoid)) = sigmoid + silu - silu sigmoid
      const slope = tf.add(sigmoid, tf.sub(silu, tf.mul(silu, sigmoid)));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)];
    };
    return { value: tf.mul<tf.Tensor2D>(silu, u), gradFunc };
  });
  return operation(gate, up) as tf.Tensor2D;
}
