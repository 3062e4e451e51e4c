/** One optimiser step of CodeFusion on (prompt, program) pairs, for the one training loop: encoder, table, denoiser, decoder and head together. */
import * as tf from "@tensorflow/tfjs-core";
import { compile, type CompileMode, type CompileOptions } from "../compile/compile.js";
import { cut, partCount } from "../compile/parts.js";
import type { Parameters } from "../model/parameters.js";
import { takeRows } from "../model/rows.js";
import { clippedAdamW, correctionScalars, type AdamWConfig } from "../train/adamw.js";
import { createOptimizerStep, type OptimizerStep } from "../train/train-step.js";
import type { FusionConfig } from "./config.js";
import { fusionLoss, totalLoss, type ErrorKind, type FusionLoss } from "./loss.js";
import { denoise, embeddingTable, encode, headLogits, readStates } from "./network.js";
import { noised } from "./schedule.js";

/** Pairs with what noises them; borrowed tensors. */
export interface FusionBatch {
  /** [B, P] int32, padded on the left, and [B, P] 1 for tokens, 0 for padding */
  readonly prompts: tf.Tensor2D;
  readonly real: tf.Tensor2D;
  /** [B, n] int32, padded on the right; every position counts, padding too */
  readonly programs: tf.Tensor2D;
  /** [B, n, E] standard normal */
  readonly noise: tf.Tensor3D;
  /** [B, 1] abar_t of each program's step t, and [B, D] features of t */
  readonly shares: tf.Tensor2D;
  readonly features: tf.Tensor2D;
}

const inputsOf = (b: FusionBatch): tf.Tensor[] => [
  b.prompts,
  b.real,
  b.programs,
  b.noise,
  b.shares,
  b.features,
];

/** The step for a network shape, a kind of error and an optimiser. */
export function createFusionStep(
  config: FusionConfig,
  errors: ErrorKind,
  names: readonly string[],
  adamW: AdamWConfig,
  options: Partial<CompileOptions> = {},
): OptimizerStep<FusionBatch> {
  const n = names.length;
  const mode = options.mode ?? "graph";
  const fn = (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const [values, m, v] = [0, 1, 2].map(i => inputs.slice(i * n, (i + 1) * n));
    const [rate, c1, c2, ...batch] = inputs.slice(3 * n);
    const lossOf = (...p: tf.Tensor[]): tf.Scalar => batchLoss(named(names, p), config, errors, batch, mode);
    const { value: loss, grads } = tf.valueAndGrads(lossOf)(values);
    return [loss, ...clippedAdamW(values, m, v, grads, [rate, c1, c2] as tf.Scalar[], adamW)];
  };
  const owned = (batch: FusionBatch, rate: number, step: number) => [
    ...correctionScalars(adamW, rate, step),
    ...inputsOf(batch).map(x => x.clone()),
  ];
  return createOptimizerStep(names, [fn], () => 0, owned, { name: "fusion step", ...options });
}

export interface FusionTerms {
  (parameters: Parameters, batch: FusionBatch): Readonly<Record<keyof FusionLoss, number>>;
  dispose(): void;
}

/** The three terms of a batch as numbers, without an update: to see what is learned. */
export function createFusionTerms(
  config: FusionConfig,
  errors: ErrorKind,
  names: readonly string[],
): FusionTerms {
  const graph = compile(
    (...inputs: tf.Tensor[]) => {
      const terms = partLoss(named(names, inputs), config, errors, inputs.slice(names.length));
      return [terms.denoising, terms.embedding, terms.crossEntropy];
    },
    { name: "fusion terms" },
  );
  const terms = (parameters: Parameters, batch: FusionBatch) => {
    const found = graph(...names.map(name => parameters.get(name) as tf.Tensor), ...inputsOf(batch));
    const [denoising, embedding, crossEntropy] = found.map(x => x.dataSync()[0]);
    tf.dispose(found);
    return { denoising, embedding, crossEntropy };
  };
  return Object.assign(terms, { dispose: () => graph.dispose() });
}

/** The mean loss of a batch, its parts side by side. */
function batchLoss(
  params: Parameters,
  config: FusionConfig,
  errors: ErrorKind,
  batch: readonly tf.Tensor[],
  mode: CompileMode,
): tf.Scalar {
  const size = batch[0].shape[0];
  const parts = partCount(size, mode);
  const pieces = batch.map(x => cut(x, parts));
  const losses = Array.from({ length: parts }, (_, i) => {
    const own = pieces.map(piece => piece[i]);
    const loss = totalLoss(partLoss(params, config, errors, own));
    return tf.mul<tf.Scalar>(loss, own[0].shape[0] / size);
  });
  return tf.addN(losses);
}

function partLoss(
  params: Parameters,
  config: FusionConfig,
  errors: ErrorKind,
  inputs: readonly tf.Tensor[],
): FusionLoss {
  const [prompts, real, programs, noise, shares, features] = inputs as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor3D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const { length, embeddingSize } = config;
  const positions = programs.size;
  const targets: tf.Tensor1D = tf.reshape(programs, [positions]);
  const start = takeRows(embeddingTable(params), targets);
  const drawn: tf.Tensor2D = tf.reshape(noise, [positions, embeddingSize]);
  const share: tf.Tensor2D = tf.reshape(tf.tile(shares, [1, length]), [positions, 1]);
  const encoding = encode(params, config, prompts, real);
  const denoised = denoise(params, config, noised(start, drawn, share), features, share, encoding);
  const states = readStates(params, config, denoised.start, encoding);
  const [predicted, actual] = config.predicts === "start" ? [denoised.start, start] : [denoised.noise, drawn];
  const logits = headLogits(params, states);
  return fusionLoss({ predicted, actual, states, embeddings: start, logits, targets }, errors);
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): Parameters {
  return new Map(names.map((name, i) => [name, tensors[i]]));
}
