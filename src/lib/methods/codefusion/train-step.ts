/**
 * One optimiser step of CodeFusion on (prompt, program) pairs, for the one training loop: encoder, table,
 * denoiser, decoder and head together.
 */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileOptions } from "../../compile/compile.js";
import { perCore } from "../../compile/parts.js";
import type { Parameters } from "../../model/parameters.js";
import { takeRows } from "../../model/rows.js";
import { clippedAdamW, type AdamWConfig } from "../../train/adamw.js";
import { lossAndGradients } from "../../train/gradients.js";
import { createOptimizerStep, type OptimizerStep, type StepFunction } from "../../train/train-step.js";
import type { FusionConfig } from "./config.js";
import { fusionLoss, totalLoss, type ErrorKind, type FusionLoss } from "./loss.js";
import { denoise, embeddingTable, encode, headLogits, readStates } from "./network.js";
import { addNoise } from "./schedule.js";

/** Pairs with what noises them; borrowed tensors. */
export interface FusionBatch {
  /** [B, P] int32, padded on the left, and [B, P] 1 for tokens, 0 for padding */
  readonly prompts: tf.Tensor2D;
  readonly attentionMask: tf.Tensor2D;
  /** [B, n] int32, padded on the right; every position counts, padding too */
  readonly programs: tf.Tensor2D;
  /** [B, n, E] standard normal */
  readonly noise: tf.Tensor3D;
  /** [B, 1] abar_t of each program's step t, and [B, D] features of t */
  readonly shares: tf.Tensor2D;
  readonly features: tf.Tensor2D;
}

/** The step for a network shape, a kind of error and an optimiser. */
export function createFusionStep(
  config: FusionConfig,
  errors: ErrorKind,
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
): OptimizerStep<FusionBatch> {
  const fn: StepFunction<FusionBatch> = (state, batch, scalars) => {
    const lossOf = (parameters: Parameters) => batchLoss(parameters, config, errors, batch);
    const { loss, gradients } = lossAndGradients(lossOf, state.parameters);
    return { loss, ...clippedAdamW(state, gradients, scalars, adamW) };
  };
  const form = () => 0;
  return createOptimizerStep(adamW, [fn], form, batch => batch, { name: "fusion step", ...options });
}

export interface FusionTerms {
  (parameters: Parameters, batch: FusionBatch): Readonly<Record<keyof FusionLoss, number>>;
  dispose(): void;
}

/** The three terms of a batch as numbers, without an update: to see what is learned. */
export function createFusionTerms(config: FusionConfig, errors: ErrorKind): FusionTerms {
  const graph = compile(
    (parameters: Parameters, batch: FusionBatch) => partLoss(parameters, config, errors, batch),
    { name: "fusion terms" },
  );
  const terms = (parameters: Parameters, batch: FusionBatch) => {
    const found = graph(parameters, batch);
    const [denoising, embedding, crossEntropy] = [found.denoising, found.embedding, found.crossEntropy].map(
      x => x.dataSync()[0],
    );
    tf.dispose([found.denoising, found.embedding, found.crossEntropy]);
    return { denoising, embedding, crossEntropy };
  };
  return Object.assign(terms, { dispose: () => graph.dispose() });
}

/** The mean loss of a batch, its parts side by side. */
function batchLoss(
  params: Parameters,
  config: FusionConfig,
  errors: ErrorKind,
  batch: FusionBatch,
): tf.Scalar {
  const [size] = batch.prompts.shape;
  const shareOfPart = (own: FusionBatch) =>
    tf.mul<tf.Scalar>(totalLoss(partLoss(params, config, errors, own)), own.prompts.shape[0] / size);
  return perCore(batch, shareOfPart, { join: losses => tf.addN([...losses]) });
}

function partLoss(
  params: Parameters,
  config: FusionConfig,
  errors: ErrorKind,
  { prompts, attentionMask, programs, noise, shares, features }: FusionBatch,
): FusionLoss {
  const { length, embeddingSize } = config;
  const positions = programs.size;
  const targets: tf.Tensor1D = tf.reshape(programs, [positions]);
  const start = takeRows(embeddingTable(params), targets);
  const drawn: tf.Tensor2D = tf.reshape(noise, [positions, embeddingSize]);
  const share: tf.Tensor2D = tf.reshape(tf.tile(shares, [1, length]), [positions, 1]);
  const encoding = encode(params, config, prompts, attentionMask);
  const denoised = denoise(params, config, addNoise(start, drawn, share), features, share, encoding);
  const states = readStates(params, config, denoised.start, encoding);
  const [predicted, actual] = config.predicts === "start" ? [denoised.start, start] : [denoised.noise, drawn];
  const logits = headLogits(params, states);
  return fusionLoss({ predicted, actual, states, embeddings: start, logits, targets }, errors);
}
