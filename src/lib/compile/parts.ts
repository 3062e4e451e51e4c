/**
 * Independent parts of one graph. TensorFlow runs operations that do not wait for each other side by side, one a
 * core, and an operation that stays on one core loses no time to the others: a batch cut into as many parts as there
 * are cores is faster than one whose every operation is spread over them.
 */
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "./native.js";

/**
 * In how many parts to cut a batch of `size`: one a core; one on a backend without graphs, where parts would run one
 * after another.
 */
export function partCount(size: number): number {
  return nativeBackend() === undefined ? 1 : Math.min(size, availableParallelism());
}

/** `size` in `parts` numbers that differ by 1 at most, the larger ones first. */
export function evenSizes(size: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.ceil((size - i) / parts));
}

/** Cuts a tensor evenly along its first axis; one of length 1 there (broadcast over the batch) serves every part. */
export function cut<T extends tf.Tensor>(tensor: T, parts: number): T[] {
  if (parts === 1 || tensor.shape[0] === 1) return Array.from({ length: parts }, () => tensor);
  return tf.split(tensor, evenSizes(tensor.shape[0], parts)) as T[];
}

/** Joins what the parts returned, along the first axis. */
export function join<T extends tf.Tensor>(parts: readonly T[]): T {
  return parts.length === 1 ? parts[0] : (tf.concat([...parts]) as T);
}
