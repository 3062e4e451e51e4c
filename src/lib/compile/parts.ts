/**
 * Independent parts of one graph. TensorFlow runs operations that do not wait for each other side by side, one a
 * core, and an operation that stays on one core loses no time to the others: a batch cut into as many parts as there
 * are cores is faster than one whose every operation is spread over them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { CompileMode } from "./compile.js";
import { graphRunner, nativeBackend } from "./native.js";

/**
 * In how many parts to cut a batch of `size`: one a core in a graph; one where they would run one after another, op by
 * op.
 */
export function partCount(size: number, mode: CompileMode): number {
  return nativeBackend() === undefined || mode === "op-by-op" ? 1 : Math.min(size, graphRunner().cores);
}

/** `size` in `parts` numbers that differ by 1 at most, the larger ones first. */
export function evenSizes(size: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.ceil((size - i) / parts));
}

/** Cuts a tensor evenly along its first axis; one of length 1 there (broadcast over the batch) serves every part. */
export function cut<T extends tf.Tensor>(tensor: T, parts: number): T[] {
  if (parts === 1 || tensor.shape[0] === 1) return Array.from({ length: parts }, () => tensor);
  return tf.split<T>(tensor, evenSizes(tensor.shape[0], parts));
}

/** Joins what the parts returned, along the first axis. */
export function join<T extends tf.Tensor>(parts: readonly T[]): T {
  return parts.length === 1 ? parts[0] : tf.concat<T>([...parts]);
}

/** Row i of a matrix as a vector: what one part reads of a table with one row a part. */
export function rowOf(x: tf.Tensor, i: number): tf.Tensor1D {
  const [, length] = x.shape as [number, number];
  return tf.reshape(tf.slice(x, [i, 0], [1, length]), [length]);
}
