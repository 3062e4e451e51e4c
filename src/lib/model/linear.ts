/** Products with weights as checkpoints store them, [out, in]. */
import * as tf from "@tensorflow/tfjs-core";
import { hasNativeOperation } from "../compile/native-operation.js";

/**
 * x weight^T, [N, out]. WebAssembly's kernel is ten times slower for a product with a transposed matrix than
 * for one with a matrix that was transposed before.
 * @param x [N, in]
 * @param weight [out, in]
 */
export function timesWeight(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return hasNativeOperation("MatMul")
    ? tf.matMul(x, weight, false, true)
    : tf.matMul(x, tf.transpose(weight));
}
