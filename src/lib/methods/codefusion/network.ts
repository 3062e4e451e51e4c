/**
 * CodeFusion's four parts as pure functions (arXiv 2310.17680 §3 [S]): encoder, denoiser, decoder, head.
 * Departures: the encoder is small and trained along, where the paper takes a pre-trained CodeT5; embeddings
 * are narrower than the layers, so that noise hides a token before nearly everything is noise; the table L is
 * layer-normalised [R].
 */
import * as tf from "@tensorflow/tfjs-core";
import { paddingBias } from "../../model/attention-mask.js";
import type { Parameters } from "../../model/parameters.js";
import { takeRows } from "../../model/rows.js";
import type { FusionConfig } from "./config.js";
import { noiseOf, startOf } from "./schedule.js";
import { parameter, project, runStack, type Encoding } from "./stack.js";

const normEps = 1e-6;

/**
 * L, [V, E]: every row of mean 0 and variance 1, so that
 * the table cannot shrink to please the squared errors.
 */
export function embeddingTable(params: Parameters): tf.Tensor2D {
  const raw = parameter(params, "embedding.weight");
  const centred = tf.sub(raw, tf.mean(raw, -1, true));
  return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), normEps)));
}

/**
 * E_s of prompts.
 * @param ids [B, P] int32, padded on the left
 * @param attentionMask [B, P], 1 for tokens, 0 for padding
 */
export function encode(
  params: Parameters,
  config: FusionConfig,
  ids: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
): Encoding {
  const [batch, length] = ids.shape;
  const table = parameter(params, "encoder.embed_tokens.weight") as tf.Tensor2D;
  const bias = paddingBias(attentionMask);
  const x = takeRows(table, tf.reshape(ids, [batch * length]));
  const stack = { stack: "encoder", layers: config.encoderLayers, batch, length };
  return { states: runStack(params, config, stack, x, bias, null), bias };
}

/** What the denoiser N makes of x_t: both x_0 and the noise; one is its output, the other follows. */
export interface Denoised {
  /** [B * n, E] */
  readonly start: tf.Tensor2D;
  /** [B * n, E] */
  readonly noise: tf.Tensor2D;
}

/**
 * @param x [B * n, E] noised embeddings
 * @param features [B, D] of the step t (`stepFeatures`)
 * @param share abar_t, [B * n, 1] or a scalar
 */
export function denoise(
  params: Parameters,
  config: FusionConfig,
  x: tf.Tensor2D,
  features: tf.Tensor2D,
  share: tf.Tensor,
  encoding: Encoding,
): Denoised {
  const { hiddenSize: d, length } = config;
  const [batch] = features.shape;
  const entered = tf.reshape(project(params, "denoiser.in_proj", x), [batch, length, d]);
  const silu = (y: tf.Tensor2D) => tf.mul<tf.Tensor2D>(y, tf.sigmoid(y));
  const time = project(params, "denoiser.time_out", silu(project(params, "denoiser.time_in", features)));
  const placed: tf.Tensor2D = tf.reshape(tf.add(entered, tf.reshape(time, [batch, 1, d])), [
    batch * length,
    d,
  ]);
  const stack = { stack: "denoiser", layers: config.denoiserLayers, batch, length };
  const out = project(params, "denoiser.out_proj", runStack(params, config, stack, placed, null, encoding));
  return config.predicts === "start"
    ? { start: out, noise: noiseOf(x, out, share) }
    : { start: startOf(x, out, share), noise: out };
}

/** D_s, [B * n, E]: what the decoder D makes of denoised embeddings, all positions seeing each other. */
export function readStates(
  params: Parameters,
  config: FusionConfig,
  start: tf.Tensor2D,
  encoding: Encoding,
): tf.Tensor2D {
  const { length, decoderLayers: layers } = config;
  const stack = { stack: "decoder", layers, batch: start.shape[0] / length, length };
  const x = project(params, "decoder.in_proj", start);
  return project(params, "decoder.out_proj", runStack(params, config, stack, x, null, encoding));
}

/** H(D_s), [B * n, V]. */
export function headLogits(params: Parameters, states: tf.Tensor2D): tf.Tensor2D {
  return project(params, "head", states);
}

/**
 * The token whose embedding is nearest, [N] int32: the
 * read-out that CodeFusion does without. @param start [N, E]
 */
export function nearestTokens(params: Parameters, start: tf.Tensor2D): tf.Tensor1D {
  const table = embeddingTable(params);
  const squares = tf.sum(tf.square(table), -1); // |x|^2 is the same for every token
  return tf.argMin(tf.sub(squares, tf.mul(2, tf.matMul(start, table, false, true))), -1);
}
