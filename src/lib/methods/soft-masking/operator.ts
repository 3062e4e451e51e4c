/**
 * Soft-masking (arXiv 2510.17206; operator, constants and start values from its public code [C]): a position
 * that stays masked is fed the mask's embedding mixed with those of the tokens that the last pass thought
 * likeliest there, lambda = w_s sigmoid(w_a (-H(p) - w_b)), (1 - lambda) e_MASK + lambda sum over the top k
 * of pi_i e_i, p without the mask token, H of all of p in nats, pi the top k of p to sum 1. Every other
 * position is as it was.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { DenoiserConfig } from "../../model/config.js";
import type { Parameters } from "../../model/parameters.js";
import { takeRows } from "../../model/rows.js";
import { alignedLogits, type Embed } from "../../model/transformer.js";

/** The learned scalars as the operator reads them. */
export interface SoftScalars {
  /** w_s in [0, 1]: the largest share of the mix; 0 is the hard model */
  readonly strength: number;
  /** w_a > 0, per nat */
  readonly steepness: number;
  /** w_b < 0, nats: at entropy -w_b the share is half the largest */
  readonly offset: number;
}

/** The scalars, and how many tokens are mixed. */
export interface SoftMasking extends SoftScalars {
  readonly k: number;
}

/**
 * Start values of the public code [C], but for w_s, which starts at 1e-6 there: its gradient then takes some
 * thousand steps to matter, so short runs start higher [R].
 */
export const softScalarDefaults: SoftScalars = { strength: 0.1, steepness: 10 / 1.5, offset: -0.75 };

/** Names of the scalars among the trained parameters, behind those of the model. */
export const softNames = ["soft_masking.strength", "soft_masking.steepness", "soft_masking.offset"] as const;

/** Least steepness and largest offset: both stay on their side of 0. */
const margin = 1e-6;

/**
 * The scalars as what is trained: w_s = sigmoid(r), w_a = softplus(r) + 1e-6, w_b = -softplus(r) - 1e-6 [C].
 */
export function softParameters({ strength, steepness, offset }: SoftScalars): Map<string, tf.Tensor> {
  const softplusInverse = (y: number) => Math.log(Math.expm1(y));
  const clamped = Math.min(Math.max(strength, margin), 1 - margin);
  const values = [
    Math.log(clamped / (1 - clamped)),
    softplusInverse(steepness - margin),
    softplusInverse(-offset - margin),
  ];
  return new Map(softNames.map((name, i) => [name, tf.scalar(values[i])]));
}

/** What was trained as the operator reads it. */
export function softScalarsOf(parameters: Parameters): SoftScalars {
  const [strength, steepness, offset] = tf.tidy(() =>
    trainedScalars(parameters).map(scalar => scalar.dataSync()[0]),
  );
  return { strength, steepness, offset };
}

/** w_s, w_a, w_b as tensors that gradients reach. */
export function trainedScalars(parameters: Parameters): [tf.Scalar, tf.Scalar, tf.Scalar] {
  const [strength, steepness, offset] = softNames.map(name => parameters.get(name) as tf.Scalar);
  return [
    tf.sigmoid(strength),
    tf.add<tf.Scalar>(tf.softplus(steepness), margin),
    tf.sub<tf.Scalar>(tf.neg(tf.softplus(offset)), margin),
  ];
}

/** What a pass said about N positions; borrowed tensors. */
export interface Feedback {
  /** [N, k] int32, the likeliest tokens, and their probabilities to sum 1 */
  readonly tokens: tf.Tensor2D;
  readonly shares: tf.Tensor2D;
  /** [N] nats, of the whole distribution */
  readonly entropies: tf.Tensor1D;
}

/** @param logits [N, V], aligned to positions */
export function feedbackOf(logits: tf.Tensor2D, maskTokenId: number, k: number): Feedback {
  const [, v] = logits.shape;
  const mask = tf.cast(tf.oneHot(tf.tensor1d([maskTokenId], "int32"), v), "float32");
  const p = tf.softmax(tf.sub<tf.Tensor2D>(logits, tf.mul(mask, 1e9)));
  const entropies = tf.neg(tf.sum<tf.Tensor1D>(tf.mul(p, tf.log(tf.maximum(p, 1e-30))), 1));
  const { values, indices } = tf.topk(p, k);
  return {
    tokens: indices,
    shares: tf.div(values, tf.sum(values, 1, true)),
    entropies,
  };
}

/**
 * Input embeddings [N, D] in which the positions of `mixed`
 * are soft. With w_s = 0 they are the hard ones, bit for bit.
 * @param table [V, D]
 * @param ids [N] int32
 * @param mixed [N] 1 where the position is masked and there is feedback, else 0
 */
export function softEmbeddings(
  table: tf.Tensor2D,
  ids: tf.Tensor1D,
  mixed: tf.Tensor1D,
  { tokens, shares, entropies }: Feedback,
  [strength, steepness, offset]: readonly tf.Scalar[],
): tf.Tensor2D {
  const [n, k] = tokens.shape;
  const surprise = tf.mul(steepness, tf.sub(tf.neg(entropies), offset));
  const lambda = tf.reshape(tf.mul(mixed, tf.mul(strength, tf.sigmoid(surprise))), [n, 1]);
  const rows = tf.concat([tf.reshape(ids, [n, 1]), tokens], 1);
  const weights = tf.concat([tf.sub(1, lambda), tf.mul(lambda, shares)], 1);
  const embeddings = tf.reshape(takeRows(table, tf.reshape(rows, [n * (k + 1)])), [n, k + 1, -1]);
  return tf.sum<tf.Tensor2D>(tf.mul(embeddings, tf.reshape(weights, [n, k + 1, 1])), 1);
}

/**
 * The inputs of a second pass over the same sequences, from a first one that is made here. In a gradient the
 * first pass counts as given, as in the public trainers [C], when this is called outside it.
 */
export function selfFeedback(
  parameters: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  k: number,
): Feedback {
  const logits = alignedLogits(parameters, config, ids, bias);
  return feedbackOf(tf.reshape(logits, [ids.size, config.vocabSize]), config.maskTokenId, k);
}

/** Embeds a batch softly wherever it is masked. */
export function embedSoftly(feedback: Feedback, maskTokenId: number, scalars: readonly tf.Scalar[]): Embed {
  return (table, ids) => {
    const mixed = tf.cast(tf.equal<tf.Tensor1D>(ids, maskTokenId), "float32");
    return softEmbeddings(table, ids, mixed, feedback, scalars);
  };
}
