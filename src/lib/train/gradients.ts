/** Gradients with respect to named parameters. */
import * as tf from "@tensorflow/tfjs-core";
import type { Parameters } from "../model/parameters.js";

/** A loss at these parameters, and its gradient for each of them, under the same names. */
export function lossAndGradients(
  lossOf: (parameters: Parameters) => tf.Scalar,
  parameters: Parameters,
): { readonly loss: tf.Scalar; readonly gradients: Parameters } {
  const names = [...parameters.keys()];
  const named = (tensors: readonly tf.Tensor[]) => new Map(names.map((name, i) => [name, tensors[i]]));
  const flat = (...tensors: tf.Tensor[]) => lossOf(named(tensors));
  const { value: loss, grads } = tf.valueAndGrads(flat)([...parameters.values()]);
  return { loss, gradients: named(grads) };
}
