/**
 * The masked-diffusion loss (DiffuCoder Eq. 1) of the checkpoint
 * beside the file, and its gradient for every parameter.
 */
import * as tf from "@tensorflow/tfjs-core";
import { positionLosses, weightedLoss } from "../diffusion/loss.js";
import type { DenoiserConfig } from "../model/config.js";
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
import { differenceOfLargest, largestRelative, strictlyRelative, tolerances } from "./finding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

const embedding = "model.embed_tokens.weight";

export function checkLoss({ path, name }: Omit<CaseFile, "fields">, context: CheckContext): CheckResult[] {
  const file = openSafetensors(path);
  try {
    const { parameters, config } = context.denoiserBeside(path);
    const [b, t] = shapeIn(file, "x0");
    const ours = lossAndGradients(parameters, config, readInput(file), [b, t]);
    const gradients = [...ours.gradients].map(([parameter, gradient]) => {
      const reference = file.readFloat32(`grad.${parameter}`);
      return {
        name: `${name} grad.${parameter}`,
        quantity: shapeText(shapeIn(file, `grad.${parameter}`)),
        difference: differenceOfLargest(gradient, reference),
        tolerance: tolerances.parameterGradient,
      };
    });
    return [
      {
        name: `${name} loss`,
        quantity: "mean over rows of L_t",
        difference: strictlyRelative(ours.loss, file.readFloat32("loss")[0]),
        tolerance: tolerances.loss,
      },
      {
        name: `${name} L_t_per_sample`,
        quantity: shapeText([b]),
        difference: largestRelative(ours.perSample, file.readFloat32("L_t_per_sample")),
        tolerance: tolerances.loss,
      },
      ...gradients,
    ];
  } finally {
    file.close();
  }
}

interface NoisedBatch {
  readonly x0: Int32Array;
  readonly xt: Int32Array;
  readonly mask: Int32Array;
  /** [B] */
  readonly t: Float32Array;
}

function readInput(file: SafetensorsFile): NoisedBatch {
  const [x0, xt, mask] = ["x0", "xt", "mask"].map(name => file.readInt32(name));
  return { x0, xt, mask, t: file.readFloat32("t") };
}

function lossAndGradients(
  parameters: Parameters,
  config: DenoiserConfig,
  { x0, xt, mask, t }: NoisedBatch,
  shape: [number, number],
) {
  const [b, length] = shape;
  const perToken = Float32Array.from(mask, (m, i) => m / t[Math.floor(i / length)]);
  const names = [...parameters.keys()];
  const { loss, losses, grads } = tf.tidy(() => {
    const targets = tf.tensor2d(x0, shape, "int32");
    const weights = tf.tensor2d(
      perToken.map(w => w / b),
      shape,
    );
    const logits = (p: tf.Tensor[]) =>
      alignedLogits(
        new Map(names.map((name, i) => [name, p[i]])),
        config,
        tf.tensor2d(xt, shape, "int32"),
        null,
      );
    const lossOf = (...p: tf.Tensor[]) => weightedLoss(logits(p), targets, weights);
    const all = [...parameters.values()];
    const { value, grads } = tf.valueAndGrads(lossOf)(all);
    return { loss: value, losses: positionLosses(logits(all), targets), grads };
  });
  const perPosition = valuesOf(losses);
  const perSample = Float32Array.from({ length: b }, (_, row) =>
    perPosition
      .subarray(row * length, (row + 1) * length)
      .reduce((sum, ce, i) => sum + ce * perToken[row * length + i], 0),
  );
  const gradients = new Map(names.map((name, i) => [name, valuesOf(grads[i])]));
  dropPadRow(gradients, config);
  return { loss: valuesOf(loss)[0], perSample, gradients };
}

/** The reference's embedding has a padding row, which gets no gradient. (A tied one gets the head's.) */
function dropPadRow(gradients: ReadonlyMap<string, Float32Array>, config: DenoiserConfig): void {
  const { padTokenId, hiddenSize, tieWordEmbeddings } = config;
  if (tieWordEmbeddings) return;
  gradients.get(embedding)?.fill(0, padTokenId * hiddenSize, (padTokenId + 1) * hiddenSize);
}
