/**
 * The clipped policy-gradient loss with a KL term to a reference model (DiffuCoder Eq. 3). How tokens are
 * averaged differs between papers and codes, d1's as DiffuCoder's: `normalisation`. Plain tfjs. The estimates
 * carry the weights 1/t inside the exponents of ratio and k3, which makes outliers: `exponents`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { exponentBound, type ExponentKind } from "../core/exponent.js";
import { detach } from "../model/detached.js";

/**
 * What a token weighs. "token-mean": one mean over all counting tokens of the batch, so that a long
 * completion weighs more [C: the codes of DiffuCoder and d1]. "completion-mean": the mean over each
 * completion's tokens, then over completions [P: DiffuCoder Eq. 3, d1 (arXiv 2504.12216) Eq. 4].
 */
export const lossNormalisations = ["token-mean", "completion-mean"] as const;
export type LossNormalisation = (typeof lossNormalisations)[number];

export interface GrpoLossConfig {
  /** the ratio is clipped below 1 - epsilonLow for negative advantages */
  readonly epsilonLow: number;
  /** and above 1 + epsilonHigh for positive ones */
  readonly epsilonHigh: number;
  /** weight of the KL term; 0 leaves it out */
  readonly beta: number;
  /** of ratio and k3; the paper and its code know the first only */
  readonly exponents: ExponentKind;
  /** absent: "token-mean", as the codes */
  readonly normalisation?: LossNormalisation;
}

/** The public recipe (paper §6 and B.1 say the same). */
export const grpoLossDefaults: GrpoLossConfig = {
  epsilonLow: 0.5,
  epsilonHigh: 0.5,
  beta: 0.01,
  exponents: "public",
};

/** Constant inputs of the loss: no gradient flows into them. */
export interface GrpoTargets {
  /**
   * [B, C] estimates when the rollouts were made; null uses
   * the new ones, detached (one iteration: the ratio is 1)
   */
  readonly oldLogps: tf.Tensor2D | null;
  /** [B, C] estimates of the reference model; null where beta is 0 */
  readonly refLogps: tf.Tensor2D | null;
  /** [B] */
  readonly advantages: tf.Tensor1D;
  /** [B, C] 1 up to and including the first end token */
  readonly completionMask: tf.Tensor2D;
}

/** Per-token terms, all [B, C]; `k3` is null without a reference. */
export interface GrpoTerms {
  readonly ratio: tf.Tensor2D;
  /** -min(ratio A, clip(ratio) A) */
  readonly surrogate: tf.Tensor2D;
  /** exp(ref - new) - (ref - new) - 1, an estimate of KL(policy || reference), never negative */
  readonly k3: tf.Tensor2D | null;
  /** 1 where the lower clip is active: ratio below its bound, negative advantage */
  readonly lowClipped: tf.Tensor2D;
  /** 1 where the upper clip is active: ratio above its bound, positive advantage */
  readonly highClipped: tf.Tensor2D;
}

/** @param logps [B, C] estimates of the policy, through which the gradient flows */
export function grpoTerms(logps: tf.Tensor2D, targets: GrpoTargets, config: GrpoLossConfig): GrpoTerms {
  const [low, high] = [1 - config.epsilonLow, 1 + config.epsilonHigh];
  const { oldLogps, refLogps, advantages } = targets;
  const a = tf.expandDims(advantages, 1);
  const ratio = exponential(tf.sub<tf.Tensor2D>(logps, oldLogps ?? detach(logps)), config.exponents);
  const clipped = tf.clipByValue(ratio, low, high);
  const surrogate = tf.neg<tf.Tensor2D>(tf.minimum<tf.Tensor2D>(tf.mul(ratio, a), tf.mul(clipped, a)));
  const both = (x: tf.Tensor, y: tf.Tensor) =>
    tf.mul<tf.Tensor2D>(tf.cast(x, "float32"), tf.cast(y, "float32"));
  return {
    ratio,
    surrogate,
    k3: refLogps === null || config.beta === 0 ? null : k3(logps, refLogps, config.exponents),
    lowClipped: both(tf.less(ratio, low), tf.less(a, 0)),
    highClipped: both(tf.greater(ratio, high), tf.greater(a, 0)),
  };
}

/**
 * Mean over the counting tokens of surrogate + beta x k3; over which tokens first, the normalisation says.
 */
export function grpoLoss(logps: tf.Tensor2D, targets: GrpoTargets, config: GrpoLossConfig): tf.Scalar {
  const { surrogate, k3: kl } = grpoTerms(logps, targets, config);
  const perToken = kl === null ? surrogate : tf.add(surrogate, tf.mul(kl, config.beta));
  const averaged = config.normalisation === "completion-mean" ? completionMean : tokenMean;
  return averaged(perToken, targets.completionMask);
}

/** Mean of a per-token value [B, C] over the tokens that count. */
export function tokenMean(perToken: tf.Tensor, completionMask: tf.Tensor2D): tf.Scalar {
  return tf.div<tf.Scalar>(tf.sum(tf.mul(perToken, completionMask)), tf.sum(completionMask));
}

/**
 * Mean over completions of each one's mean over its tokens that
 * count; every completion has one (its end token) or more.
 */
export function completionMean(perToken: tf.Tensor, completionMask: tf.Tensor2D): tf.Scalar {
  const sums = tf.sum(tf.mul(perToken, completionMask), 1);
  return tf.mean<tf.Scalar>(tf.div(sums, tf.sum(completionMask, 1)));
}

function k3(logps: tf.Tensor2D, refLogps: tf.Tensor2D, kind: ExponentKind): tf.Tensor2D {
  const difference = tf.sub<tf.Tensor2D>(refLogps, logps);
  return tf.sub<tf.Tensor2D>(tf.sub(exponential(difference, kind), difference), 1);
}

/** `exponentialOf` on tensors. */
function exponential(difference: tf.Tensor2D, kind: ExponentKind): tf.Tensor2D {
  if (kind === "public") return tf.exp(difference);
  const within = tf.minimum<tf.Tensor2D>(difference, exponentBound);
  return tf.mul<tf.Tensor2D>(tf.exp(within), tf.add(tf.sub(difference, within), 1));
}
