/** Rows of a matrix by index, with a gradient that every backend can run. */
import * as tf from "@tensorflow/tfjs-core";
import { hasNativeOperations } from "../compile/native-operation.js";

/**
 * table[rows], [R, D]. An index may come twice: its gradients add up.
 * @param table [N, D]
 * @param rows [R] int32
 */
export function takeRows(table: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  const [count] = table.shape;
  const operation = tf.customGrad((...args) => {
    const [values, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    save([rows]);
    const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]): tf.Tensor =>
      hasNativeOperations()
        ? tf.unsortedSegmentSum(dy, at as tf.Tensor1D, count)
        : tf.matMul(tf.cast(tf.oneHot(at, count), "float32"), dy, true, false);
    return { value: tf.gather(values, rows), gradFunc };
  });
  return operation(table) as tf.Tensor2D;
}
