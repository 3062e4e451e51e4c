/** Hidden states and logits of the checkpoint beside the file, with and without left padding. */
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import { attentionBias, maskBias, paddingBias } from "../model/attention-mask.js";
import { isCausal } from "../model/config.js";
import type { Denoiser } from "../model/denoiser.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import { alignShift, head, hiddenStates } from "../model/transformer.js";
import {
  shapeIn,
  shapeText,
  valuesOf,
  type CaseFile,
  type CheckContext,
  type CheckResult,
} from "./case-file.js";
import { largestDifference, tolerances } from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

export function checkLogits(source: Omit<CaseFile, "fields">, context: CheckContext): CheckResult[] {
  const file = openSafetensors(source.path);
  try {
    const inputs = [...file.tensors.keys()].filter(name => name.endsWith(".input_ids"));
    const blocks = file.tensors.has("blocks.may_attend") ? checkBlocks(source, file, context) : [];
    return [
      ...inputs.flatMap(name => checkInput(source, file, name.slice(0, -".input_ids".length), context)),
      ...blocks,
    ];
  } finally {
    file.close();
  }
}

/**
 * Logits under a mask and positions of the file's own, as block-wise
 * decoding has them; rows that attend to nothing are pads.
 */
function checkBlocks(
  { path, name }: Omit<CaseFile, "fields">,
  file: SafetensorsFile,
  context: CheckContext,
): CheckResult[] {
  const { parameters, config } = context.denoiserBeside(path);
  const [b, t] = shapeIn(file, "blocks.token_ids");
  const mayAttend = file.readInt32("blocks.may_attend");
  const logits = tf.tidy(() => {
    const positionIds = tf.tensor2d(file.readInt32("blocks.position_ids"), [b, t], "int32");
    const ids = tf.tensor2d(file.readInt32("blocks.token_ids"), [b, t], "int32");
    const bias = maskBias(mayAttend, [b, t, t]);
    return head(parameters, config, hiddenStates(parameters, config, ids, bias, undefined, { positionIds }));
  });
  const attentionMask = Int32Array.from({ length: b * t }, (_, row) =>
    mayAttend.subarray(row * t, (row + 1) * t).includes(1) ? 1 : 0,
  );
  const difference = largestDifference(
    onlyReal(valuesOf(logits), attentionMask),
    onlyReal(file.readFloat32("blocks.logits"), attentionMask),
  );
  const quantity = `${shapeText(shapeIn(file, "blocks.logits"))}, real rows`;
  return [{ name: `${name} blocks.logits`, quantity, difference, tolerance: tolerances.logits }];
}

/** Every tensor that the file holds for one input; rows of pad positions are not compared. */
function checkInput(
  { path, name }: Omit<CaseFile, "fields">,
  file: SafetensorsFile,
  input: string,
  context: CheckContext,
): CheckResult[] {
  const [b, t] = shapeIn(file, `${input}.input_ids`);
  const ids = file.readInt32(`${input}.input_ids`);
  const maskName = `${input}.attention_mask`;
  const attentionMask = file.tensors.has(maskName) ? file.readInt32(maskName) : null;
  const ours = computeLogits(context, path, ids, attentionMask, [b, t]);
  return [...file.tensors.keys()]
    .filter(key => key.startsWith(`${input}.`) && /\.(logits(_\w+)?|hidden\.\d+)$/.test(key))
    .map(key => {
      const values = ours.get(key.slice(input.length + 1));
      const rows = (all: Float32Array) => (attentionMask === null ? all : onlyReal(all, attentionMask));
      return {
        name: `${name} ${key}`,
        quantity: `${shapeText(shapeIn(file, key))}${attentionMask === null ? "" : ", real rows"}`,
        difference: values === undefined ? NaN : largestDifference(rows(values), rows(file.readFloat32(key))),
        tolerance: tolerances.logits,
      };
    });
}

/** Our values by the reference's names: logits, logits_unshifted, logits_shifted, hidden.0 to hidden.L. */
function computeLogits(
  context: CheckContext,
  path: string,
  ids: Int32Array,
  attentionMask: Int32Array | null,
  shape: [number, number],
): Map<string, Float32Array> {
  const model = context.denoiserBeside(path);
  const { parameters, config } = model;
  const tensors: [string, tf.Tensor][] = [];
  tf.tidy(() => {
    const keep = (name: string, tensor: tf.Tensor) => tensors.push([name, tf.keep(tensor.clone())]);
    let layer = 0;
    const { hidden, logits } = rawPass(model, ids, attentionMask, shape, h => keep(`hidden.${layer++}`, h));
    keep("logits", logits);
    keep("logits_unshifted", logits);
    keep("logits_shifted", head(parameters, config, alignShift(config, hidden)));
  });
  return new Map(tensors.map(([name, tensor]) => [name, valuesOf(tensor)]));
}

/**
 * The model as its own code runs it: a parent with causal
 * attention, and row i of the logits being that of state i.
 * @param attentionMask [B * T], 0 at padding; null when nothing is padded
 * @param onLayer as of `hiddenStates`
 */
export function rawPass(
  { parameters, config }: Pick<Denoiser, "parameters" | "config">,
  ids: Int32Array,
  attentionMask: Int32Array | null,
  shape: [number, number],
  onLayer?: (hidden: tf.Tensor3D) => void,
): { readonly hidden: tf.Tensor3D; readonly logits: tf.Tensor3D } {
  const x = tf.tensor2d(ids, shape, "int32");
  const padding = attentionMask === null ? null : paddingBias(tf.tensor2d(attentionMask, shape, "int32"));
  const causal = isCausal(config) ? attentionBias(shape[1], 0, Rng.fromSeed(0)) : null;
  const bias =
    padding !== null && causal !== null ? tf.add<tf.Tensor4D>(padding, causal) : (padding ?? causal);
  const hidden = hiddenStates(parameters, config, x, bias, onLayer);
  return { hidden, logits: head(parameters, config, hidden) as tf.Tensor3D };
}

/** Rows [.., W] whose position is real. */
function onlyReal(values: Float32Array, attentionMask: Int32Array): Float32Array {
  const width = values.length / attentionMask.length;
  const kept = [...attentionMask.keys()].filter(i => attentionMask[i] === 1);
  const out = new Float32Array(kept.length * width);
  kept.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
