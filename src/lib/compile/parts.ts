/**
 * Independent parts of one graph. TensorFlow runs operations that do not wait for each other side by side,
 * one a core, and an operation that stays on one core loses no time to the others: a batch cut into as many
 * parts as there are cores is faster than one whose every operation is spread over them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { CompileMode } from "./compile.js";
import { graphRunner, nativeBackend } from "./native.js";
import { isRecording } from "./record.js";
import { mapTree, tensorsOf } from "./trees.js";

/**
 * In how many parts a graph of this mode will cut a batch of `size`, for numbers that are laid out part by
 * part before it is called: one a core; one where they would run one after another, op by op.
 */
export function partCount(size: number, mode: CompileMode): number {
  return nativeBackend() === undefined || mode === "op-by-op" ? 1 : Math.min(size, graphRunner().cores);
}

/** `size` in `parts` numbers that differ by 1 at most, the larger ones first. */
export function evenSizes(size: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.ceil((size - i) / parts));
}

export interface PerCore<R> {
  /** planned by the caller; by default one a core while a graph is recorded, else one */
  readonly parts?: number;
  /** puts together what the parts returned; by default trees, along the first axis */
  readonly join?: (results: readonly R[]) => R;
}

/**
 * What `fn` makes of a batch, cut along the first axis into independent parts, and joined.
 * @param batch a tree whose tensors have the batch as their first axis; the first of them says how long it
 *   is, and one of length 1 there serves every part
 */
export function perCore<B, R>(
  batch: B,
  fn: (part: B) => R,
  { parts = partsNow(batch), join = joined }: PerCore<R> = {},
): R {
  if (parts === 1) return join([fn(batch)]);
  const pieces = new Map(tensorsOf(batch).map(tensor => [tensor, cut(tensor, parts)]));
  const partOf = (i: number) => mapTree(batch, tensor => (pieces.get(tensor) as tf.Tensor[])[i]);
  return join(Array.from({ length: parts }, (_, i) => fn(partOf(i))));
}

function partsNow(batch: unknown): number {
  const backend = nativeBackend();
  const [first] = tensorsOf(batch);
  return backend !== undefined && isRecording(backend) ? partCount(first.shape[0], "graph") : 1;
}

function cut(tensor: tf.Tensor, parts: number): tf.Tensor[] {
  if (tensor.shape[0] === 1) return Array.from({ length: parts }, () => tensor);
  return tf.split(tensor, evenSizes(tensor.shape[0], parts));
}

function joined<R>(results: readonly R[]): R {
  if (results.length === 1) return results[0];
  const lists = results.map(tensorsOf);
  return mapTree(results[0], (_, k) => tf.concat(lists.map(list => list[k])));
}
