/** Rows of a matrix, and values of its rows, by index: by operations that every backend can run. */
import * as tf from "@tensorflow/tfjs-core";
import { hasNativeOperation } from "../compile/native-operation.js";

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
      sumByIndex(dy, at as tf.Tensor1D, count);
    return { value: tf.gather(values, rows), gradFunc };
  });
  return operation(table);
}

/**
 * Values added up where they belong, [size, ...]; 0 where none does.
 * @param values [K, ...]
 * @param at [K] int32
 */
export function sumByIndex<R extends tf.Rank>(
  values: tf.Tensor<R>,
  at: tf.Tensor1D,
  size: number,
): tf.Tensor<R> {
  if (hasNativeOperation("UnsortedSegmentSum")) return tf.unsortedSegmentSum<tf.Tensor<R>>(values, at, size);
  const shape = [size, ...values.shape.slice(1)] as unknown as tf.ShapeMap[R];
  return tf.scatterND<R>(tf.expandDims(at, 1), values, shape);
}

/**
 * One value of every row, [N]: the one in the row's column.
 * @param matrix [N, V]
 * @param columns [N] int32
 */
export function takeFromRows(matrix: tf.Tensor2D, columns: tf.Tensor1D): tf.Tensor1D {
  const [n] = matrix.shape;
  if (hasNativeOperation("GatherV2"))
    return tf.reshape(tf.gather(matrix, tf.reshape(columns, [n, 1]), 1, 1), [n]);
  // WebAssembly's gather of one value a row reads beyond its memory
  return tf.gatherND(matrix, tf.stack([tf.range(0, n, 1, "int32"), columns], 1)) as tf.Tensor1D;
}
