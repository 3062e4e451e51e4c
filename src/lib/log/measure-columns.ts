/** What the studies of losses and estimators log. */
import type { Columns, RowOf } from "./columns.js";

/** Cross-entropy of one noised completion at one timestep. */
export const losses = {
  run: "utf8",
  problem: "utf8",
  /** mask ratio in (0, 1] */
  t: "float64",
  /** 0-based among the draws of the mask for this problem and t */
  replicate: "int32",
  /** masked tokens */
  masked: "int32",
  completionLength: "int32",
  /** nats, summed over the masked tokens, without the weight 1/t */
  lossSum: "float64",
} as const satisfies Columns;

export type LossRow = RowOf<typeof losses>;

/** One draw of a mask estimator for one completion, or what enumerating every mask says of it. */
export const estimates = {
  run: "utf8",
  /** training seed of the model */
  seed: "int32",
  problem: "utf8",
  /**
   * what may be masked: "end", the last tokens of the answer
   * alone, few enough to enumerate; "whole", all of the window
   */
  scope: "utf8",
  /**
   * "coupled", "de-coupled", "full-mask"; or "exact mean",
   * "exact square", "exact product" of one pass or pair
   */
  estimator: "utf8",
  /** lambda; 0 where it plays no part */
  pairs: "int32",
  /** 0-based */
  draw: "int32",
  /**
   * nats, one a token up to the end token, weighted as the
   * public code does (exact square and product: nats^2)
   */
  estimates: "float32[]",
} as const satisfies Columns;

export type EstimateRow = RowOf<typeof estimates>;

/** How far one completion's estimates moved in some updates, under masks drawn for the comparison. */
export const shifts = {
  run: "utf8",
  seed: "int32",
  problem: "utf8",
  /** 0-based among the completions of a problem */
  sample: "int32",
  /** updates made since the rollouts */
  updates: "int32",
  /** 0-based among the draws of the masks */
  draw: "int32",
  /** nats, one a token up to the end token: estimate after minus before, the exponent of the ratio */
  shifts: "float32[]",
  /** sum of the weights in each of these estimates */
  weights: "float32[]",
} as const satisfies Columns;

export type ShiftRow = RowOf<typeof shifts>;
