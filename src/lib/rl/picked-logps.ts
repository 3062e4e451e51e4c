/** Log-probabilities of chosen tokens at chosen rows of logits, with a gradient of its own. */
import * as tf from "@tensorflow/tfjs-core";
import { sumByIndex } from "../model/rows.js";

/**
 * log softmax(logits)[rows[k], tokens[k]] in nats, [K]. A row may be read many times, for different tokens:
 * its log-sum-exp is taken once, and the gradient is one scatter and one softmax over the rows.
 * @param logits [R, V]
 * @param rows [K] int32, @param tokens [K] int32
 */
export function pickedLogps(logits: tf.Tensor2D, rows: tf.Tensor1D, tokens: tf.Tensor1D): tf.Tensor1D {
  const [r, v] = logits.shape;
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const shifted = tf.sub(x, tf.max(x, -1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, -1, true);
    const places = tf.stack([rows, tokens], 1); // [K, 2]
    save([exponentials, sums, places, rows]);
    const gradFunc = (dy: tf.Tensor1D, saved: tf.Tensor[]): tf.Tensor => {
      const [exponentials, sums, places, rows] = saved;
      const ofRow = tf.reshape(sumByIndex(dy, rows as tf.Tensor1D, r), [r, 1]);
      const direct = tf.scatterND(places, dy, [r, v]);
      return tf.sub(direct, tf.mul(exponentials, tf.div(ofRow, sums)));
    };
    const logSums = tf.gather(tf.reshape(tf.log(sums), [r]), rows);
    return { value: tf.sub<tf.Tensor1D>(tf.gatherND(shifted, places), logSums), gradFunc };
  });
  return operation(logits);
}
