/**
 * TensorFlow operations by name, for what tfjs has no function. They are recorded like any other, but have no
 * gradient of their own: call them inside tf.customGrad, and only where `hasNativeOperation()`.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { nativeBackend, type NativeBackend, type OpAttr } from "./native.js";

/** A dtype is written as tfjs writes it; a number is a float unless it stands under `int`. */
export type NativeAttr =
  | { readonly dtype: tf.DataType }
  | { readonly bool: boolean }
  | { readonly float: number }
  | { readonly int: number };

/** What XLA cannot compile, at least for complex numbers. */
const notForXla: readonly string[] = ["Bitcast"];

/** Whether the current backend, and XLA while a graph is recorded for it, runs this TensorFlow operation. */
export function hasNativeOperation(op: string): boolean {
  const backend = nativeBackend();
  return backend !== undefined && !(backend.recordsForXla === true && notForXla.includes(op));
}

/**
 * Whether what is recorded now will have its products in bfloat16: then numbers may be laid out in ways that
 * save time, where in float32 every bit is to stay as it was.
 */
export function roundsProducts(): boolean {
  return nativeBackend()?.recordsIn === "bfloat16";
}

/**
 * What `work` makes, recorded to run only when `before` are there. A graph has no order but that of its edges:
 * what reads inputs alone would else all run at once, and its results would lie in memory until they are read.
 */
export function runAfter<T extends tf.Tensor>(before: readonly tf.Tensor[], work: () => T): T {
  const backend = nativeBackend();
  return backend?.recordAfter === undefined ? work() : (backend.recordAfter(before, work) as T);
}

/**
 * The first output of a TensorFlow operation.
 * @param op its registered name, e.g. "EuclideanNorm"
 * @param attrs every attribute that its inputs do not decide
 */
export function nativeOperation(
  op: string,
  attrs: Readonly<Record<string, NativeAttr>>,
  inputs: readonly tf.Tensor[],
): tf.Tensor {
  const backend = nativeBackend();
  if (backend === undefined) throw new Error(`internal: ${op} needs the native backend.`);
  const list = Object.entries(attrs).map(([name, attr]) => encode(backend, name, attr));
  return backend.executeSingleOutput(op, list, [...inputs]);
}

function encode(backend: NativeBackend, name: string, attr: NativeAttr): OpAttr {
  const { binding } = backend;
  if ("dtype" in attr) {
    return { name, type: binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(attr.dtype) };
  }
  if ("bool" in attr) return { name, type: binding.TF_ATTR_BOOL, value: attr.bool };
  if ("float" in attr) return { name, type: binding.TF_ATTR_FLOAT, value: attr.float };
  return { name, type: binding.TF_ATTR_INT, value: attr.int };
}
