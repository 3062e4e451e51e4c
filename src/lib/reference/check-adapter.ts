/**
 * An adapter in PEFT's layout on its base: adapted logits,
 * the loss and its gradient for every tensor, merged weights.
 */
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { positionLosses, weightedLoss } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
import { applyAdapter, adaptedConfig, changedParameters, type Adapter } from "../model/lora.js";
import { readAdapter } from "../checkpoints/adapter-files.js";
import type { Parameters } from "../model/parameters.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import { alignedLogits } from "../model/transformer.js";
import {
  shapeIn,
  shapeText,
  valuesOf,
  type CaseFile,
  type CheckContext,
  type CheckResult,
} from "./case-file.js";
import { rawPass } from "./check-logits.js";
import {
  countDifferent,
  differenceOfLargest,
  largestDifference,
  largestRelative,
  strictlyRelative,
  tolerances,
  type Finding,
} from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

export function checkAdapter({ path, name, fields }: CaseFile, context: CheckContext): CheckResult[] {
  const file = openSafetensors(path.replace(/\.json$/, ".safetensors"));
  const { config, parameters } = context.denoiserOf(join(dirname(path), fields.text("base")));
  const adapter = readAdapter(dirname(path), config);
  try {
    const changed = [...changedParameters(adapter)].sort();
    const listed = fields
      .texts("changed_by_merging")
      .filter(key => !isTiedHead(key, config, adapter))
      .sort();
    return [
      {
        name: `${name} changed_by_merging`,
        quantity: `names of ${changed.length} weights`,
        difference: countDifferent(changed, listed),
        tolerance: tolerances.identical,
      },
      ...mergedWeights(name, file, parameters, adapter, config),
      ...lossAndLogits(name, file, parameters, adapter, config),
    ];
  } finally {
    tf.dispose([...adapter.tensors.values()]);
    file.close();
  }
}

/** A tied head is listed apart from the embedding that it is. */
function isTiedHead(key: string, config: DenoiserConfig, adapter: Adapter): boolean {
  return key === "lm_head.weight" && adaptedConfig(config, adapter).tieWordEmbeddings;
}

function mergedWeights(
  name: string,
  file: SafetensorsFile,
  base: Parameters,
  adapter: Adapter,
  config: DenoiserConfig,
): Finding[] {
  const merged = tf.tidy(() => {
    const tensors = applyAdapter(base, adapter);
    return [...changedParameters(adapter)].map(key => [key, tf.keep(tensors.get(key) as tf.Tensor)] as const);
  });
  const ours = new Map(merged.map(([key, tensor]) => [key, valuesOf(tensor)]));
  return [...file.tensors.keys()].flatMap(key => {
    if (!key.startsWith("merged.")) return [];
    const parameter = key.slice("merged.".length);
    const own = isTiedHead(parameter, config, adapter) ? "model.embed_tokens.weight" : parameter;
    const difference = differenceOfLargest(ours.get(own) ?? [], file.readFloat32(key));
    return [
      {
        name: `${name} ${key}`,
        quantity: shapeText(shapeIn(file, key)),
        difference,
        tolerance: tolerances.dequantised,
      },
    ];
  });
}

function lossAndLogits(
  name: string,
  file: SafetensorsFile,
  base: Parameters,
  adapter: Adapter,
  baseConfig: DenoiserConfig,
): Finding[] {
  const [b, length] = shapeIn(file, "x0");
  const [x0, xt, mask] = ["x0", "xt", "mask"].map(key => file.readInt32(key));
  const t = file.readFloat32("t");
  const config = adaptedConfig(baseConfig, adapter);
  const perToken = Float32Array.from(mask, (m, i) => m / t[Math.floor(i / length)]);
  const names = [...adapter.tensors.keys()];
  const computed = tf.tidy(() => {
    const targets = tf.tensor2d(x0, [b, length], "int32");
    const weights = tf.tensor2d(perToken.map(w => w / b), [b, length]); // prettier-ignore
    const withTensors = (tensors: readonly tf.Tensor[]) =>
      applyAdapter(base, adapter, new Map(names.map((key, i) => [key, tensors[i]])));
    const logits = (tensors: readonly tf.Tensor[]) =>
      alignedLogits(withTensors(tensors), config, tf.tensor2d(xt, [b, length], "int32"), null);
    const lossOf = (...tensors: tf.Tensor[]) => weightedLoss(logits(tensors), targets, weights);
    const all = [...adapter.tensors.values()];
    const { value, grads } = tf.valueAndGrads(lossOf)(all);
    const raw = rawPass({ config, parameters: withTensors(all) }, xt, null, [b, length]).logits;
    return { raw, value, grads, losses: positionLosses(logits(all), targets) };
  });
  const losses = valuesOf(computed.losses).map((loss, i) => loss * mask[i]);
  const perRow = Array.from({ length: b }, (_, row) =>
    losses.subarray(row * length, (row + 1) * length).reduce((sum, ce) => sum + ce / t[row], 0),
  );
  const finding = (what: string, difference: number, tolerance: Finding["tolerance"]): Finding => {
    return { name: `${name} ${what}`, quantity: shapeText(shapeIn(file, what)), difference, tolerance };
  };
  const loss = valuesOf(computed.value)[0];
  return [
    finding(
      "adapted_logits",
      largestDifference(valuesOf(computed.raw), file.readFloat32("adapted_logits")),
      tolerances.logits,
    ),
    finding("ce_masked", largestRelative(losses, file.readFloat32("ce_masked")), tolerances.loss),
    finding("L_t_per_sample", largestRelative(perRow, file.readFloat32("L_t_per_sample")), tolerances.loss),
    finding("adapted_loss", strictlyRelative(loss, file.readFloat32("adapted_loss")[0]), tolerances.loss),
    ...names.map((key, i) =>
      finding(
        `grad.${key}`,
        differenceOfLargest(valuesOf(computed.grads[i]), file.readFloat32(`grad.${key}`)),
        tolerances.parameterGradient,
      ),
    ),
  ];
}
