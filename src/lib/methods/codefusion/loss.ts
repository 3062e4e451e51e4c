/**
 * The loss of CodeFusion (arXiv 2310.17680 §3.2 [S]): denoising
 * error + decoder-to-embedding error + cross-entropy.
 */
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy } from "../../diffusion/loss.js";
import { detach } from "../../model/detached.js";

/**
 * The paper writes norms and does not say whether they are squared. "norms":
 * the length of every position's error, as printed; "mean squares": squared
 * errors averaged over coordinates, ours [R]. Either is a mean over positions.
 */
export const errorKinds = ["mean squares", "norms"] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** N positions, embeddings of width E. */
export interface FusionPrediction {
  /** [N, E] what the denoiser predicts, noise or x_0, and what it was */
  readonly predicted: tf.Tensor2D;
  readonly actual: tf.Tensor2D;
  /** [N, E] D_s and L(y) */
  readonly states: tf.Tensor2D;
  readonly embeddings: tf.Tensor2D;
  /** [N, V] H(D_s), and y [N] int32 */
  readonly logits: tf.Tensor2D;
  readonly targets: tf.Tensor1D;
}

/**
 * The three terms, each a mean over positions; the loss is their sum, weighted 1 each [R]. Nats for the last.
 */
export interface FusionLoss {
  readonly denoising: tf.Scalar;
  readonly embedding: tf.Scalar;
  readonly crossEntropy: tf.Scalar;
}

/**
 * Targets of the squared errors give no gradient [R]: embeddings of tokens
 * that the denoiser cannot tell apart under noise would be drawn together
 * by it. The table learns from the cross-entropy alone, through x_t.
 */
export function fusionLoss(p: FusionPrediction, errors: ErrorKind): FusionLoss {
  const error = errors === "norms" ? meanNorm : meanSquare;
  return {
    denoising: error(tf.sub(p.predicted, detach(p.actual))),
    embedding: error(tf.sub(p.states, detach(p.embeddings))),
    crossEntropy: tf.mean(crossEntropy(p.logits, p.targets)),
  };
}

export function totalLoss({ denoising, embedding, crossEntropy }: FusionLoss): tf.Scalar {
  return tf.add(tf.add(denoising, embedding), crossEntropy);
}

function meanSquare(x: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.square(x));
}

/** The small number keeps the gradient finite where an error is 0. */
function meanNorm(x: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sqrt(tf.add(tf.sum(tf.square(x), -1), 1e-12)));
}
