/**
 * dllm's training losses on the a2d model beside the file:
 * noise, weights, loss and the gradient for every parameter.
 */
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy } from "../diffusion/loss.js";
import {
  blockDiffusionMask,
  noiseRows,
  noLabel,
  type LossNorm,
  type LossSchedule,
  type LossWeight,
} from "../diffusion/mask-loss.js";
import { maskBias, paddingBias } from "../model/attention-mask.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import { alignShift, head, hiddenStates } from "../model/transformer.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import { shapeText, valuesOf, type CaseFile, type CheckContext, type CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import {
  countDifferent,
  differenceOfLargest,
  largestRelative,
  strictlyRelative,
  tolerances,
  type Finding,
} from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

export function checkA2dLoss({ path, name, fields }: CaseFile, context: CheckContext): CheckResult[] {
  const file = openSafetensors(path.replace(/\.json$/, ".safetensors"));
  try {
    return fields
      .list("cases")
      .flatMap(c => checkCase(c, `${name} ${c.text("name")}`, file, { path, fields }, context));
  } finally {
    file.close();
  }
}

interface Batch {
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  /** 0 at padding; null where all is attended to */
  readonly attentionMask: Int32Array | null;
  readonly shape: [number, number];
}

function checkCase(
  c: Fields,
  at: string,
  file: SafetensorsFile,
  { path, fields }: Pick<CaseFile, "path" | "fields">,
  context: CheckContext,
): CheckResult[] {
  const { config, parameters } = context.denoiserOf(dirname(path), c.flag("right_shift_logits"));
  const batch = batchOf(c, path);
  const noise = noiseRows(batch.ids, batch.labels, c.numbers("uniform_t"), c.matrix("uniform_mask").flat(), {
    schedule: c.text("scheduler") as LossSchedule,
    weight: c.text("loss_weight_type") as LossWeight,
    norm: c.text("loss_norm_type") as LossNorm,
    timeEpsilon: c.number("time_epsilon"),
    maskTokenId: (c.has("mask_token_id") ? c : fields).number("mask_token_id"),
  });
  const block = c.has("block_size") ? c.number("block_size") : null;
  const mask = block === null ? null : blockDiffusionMask(batch.shape[1], block);
  const ours = lossOf(parameters, config, batch, { ...noise, mask });
  const finding = (what: string, difference: number, tolerance: Finding["tolerance"], of = ""): Finding => {
    return {
      name: `${at} ${what}`,
      quantity: of === "" ? shapeText(batch.shape) : of,
      difference,
      tolerance,
    };
  };
  const exact = (what: string, a: ArrayLike<number>, b: ArrayLike<number>) =>
    finding(what, countDifferent(a, b), tolerances.identical);
  const stored = c.text("name");
  return [
    exact("x0", batch.ids, c.matrix("x0").flat()),
    exact("xt", noise.noised, c.matrix("xt").flat()),
    exact("mask", noise.masked, c.matrix("mask").flat()),
    ...(mask === null ? [] : [exact("may_attend", mask, file.readInt32(`${stored}.may_attend`))]),
    finding("t", largestRelative(noise.t, c.numbers("t")), tolerances.float32),
    finding(
      "mask_probability",
      largestRelative(noise.maskProbability, c.numbers("mask_probability")),
      tolerances.float32,
    ),
    finding(
      "weight_per_row",
      largestRelative(noise.weightOfRow, c.numbers("weight_per_row")),
      tolerances.loss,
    ),
    finding(
      "cross_entropy_masked",
      largestRelative(ours.losses, c.matrix("cross_entropy_masked").flat()),
      tolerances.loss,
    ),
    finding("loss", strictlyRelative(ours.loss, c.number("loss")), tolerances.loss),
    ...[...file.tensors].flatMap(([key, { shape }]) => {
      const prefix = `${stored}.grad.`;
      if (!key.startsWith(prefix)) return [];
      const gradient = ours.gradients.get(key.slice(prefix.length)) ?? [];
      const difference = differenceOfLargest(gradient, file.readFloat32(key));
      return [
        finding(key.slice(stored.length + 1), difference, tolerances.parameterGradient, shapeText(shape)),
      ];
    }),
  ];
}

/** Where logits are shifted, a first token is put in front unless no row has a label at its first. */
function batchOf(c: Fields, path: string): Batch {
  const [ids, labels, attentionMask] = ["input_ids", "labels", "attention_mask"].map(key => c.matrix(key));
  const ignoresPadding = c.has("block_size");
  const leads = c.flag("right_shift_logits") && !labels.every(row => row[0] === noLabel);
  const { bosId, padId } = loadTokenizer(dirname(path)).special;
  const before = (rows: number[][], value: number) =>
    Int32Array.from(rows.flatMap(row => (leads ? [value, ...row] : row)));
  return {
    ids: before(ids, bosId ?? padId),
    labels: before(labels, noLabel),
    attentionMask: ignoresPadding ? null : before(attentionMask, 1),
    shape: [ids.length, ids[0].length + (leads ? 1 : 0)],
  };
}

interface Noise {
  readonly noised: Int32Array;
  readonly masked: Uint8Array;
  readonly weights: Float32Array;
  /** of noised and clean text, where both are read at once */
  readonly mask: Uint8Array | null;
}

function lossOf(parameters: Parameters, config: DenoiserConfig, batch: Batch, noise: Noise) {
  const names = [...parameters.keys()];
  const all = [...parameters.values()];
  const [b, length] = batch.shape;
  const { value, grads, losses } = tf.tidy(() => {
    const targets = tf.tensor1d(batch.ids, "int32");
    const entropies = (tensors: readonly tf.Tensor[]) => {
      const named = new Map(names.map((name, i) => [name, tensors[i]]));
      const logits = logitsOf(named, config, batch, noise);
      return crossEntropy(tf.reshape(logits, [b * length, config.vocabSize]), targets);
    };
    const weighted = (...tensors: tf.Tensor[]): tf.Scalar =>
      tf.sum(tf.mul(entropies(tensors), tf.tensor1d(noise.weights)));
    return { ...tf.valueAndGrads(weighted)(all), losses: entropies(all) };
  });
  return {
    loss: valuesOf(value)[0],
    losses: valuesOf(losses).map((loss, i) => loss * noise.masked[i]),
    gradients: new Map(names.map((name, i) => [name, valuesOf(grads[i])])),
  };
}

function logitsOf(
  parameters: Parameters,
  config: DenoiserConfig,
  batch: Batch,
  { noised, mask }: Noise,
): tf.Tensor {
  const [b, length] = batch.shape;
  const xt = tf.tensor2d(noised, batch.shape, "int32");
  if (mask === null) {
    const bias =
      batch.attentionMask === null
        ? null
        : paddingBias(tf.tensor2d(batch.attentionMask, batch.shape, "int32"));
    return head(parameters, config, alignShift(config, hiddenStates(parameters, config, xt, bias)));
  }
  const both = tf.concat([xt, tf.tensor2d(batch.ids, batch.shape, "int32")], 1);
  const row = tf.range(0, length, 1, "int32");
  const positionIds = tf.tile<tf.Tensor2D>(tf.reshape(tf.concat([row, row]), [1, 2 * length]), [b, 1]);
  const bias = maskBias(mask, [1, 2 * length, 2 * length]);
  const hidden = hiddenStates(parameters, config, both, bias, undefined, { positionIds });
  const noisedOnly = tf.slice(hidden, [0, 0, 0], [b, length, config.hiddenSize]);
  return head(parameters, config, alignShift(config, noisedOnly));
}
