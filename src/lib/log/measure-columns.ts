/** What the studies of losses, estimators, caches and repairs log. */
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

/**
 * What a block-wise cache changes in the logits along one
 * decoding without it, by pass within a block, from 0.
 */
export const cached = {
  run: "utf8",
  seed: "int32",
  problem: "utf8",
  /** "prefix" or "dual" */
  kvCache: "utf8",
  blockLength: "int32",
  /** masked positions of the block that were compared, all blocks of the window together */
  positions: "float32[]",
  /** nats: KL(exact || cached), summed over those */
  divergences: "float32[]",
  /** of those, the ones whose most probable token is another */
  changed: "float32[]",
} as const satisfies Columns;

export type CachedRow = RowOf<typeof cached>;

/** What one method made of one problem with the help of a reward. */
export const repairs = {
  run: "utf8",
  seed: "int32",
  problem: "utf8",
  /**
   * "tests", an oracle: the share of the base tests that
   * answers are graded by; "syntax": whether the program parses
   */
  reward: "utf8",
  /** K of LAMP */
  iterations: "int32",
  /** "plain", "LAMP", "LAMP, best candidate", "best of 3" */
  method: "utf8",
  calls: "int32",
  /** reward of what the method returned, in [0, 1] */
  score: "float64",
  passedBase: "bool?",
  passedPlus: "bool?",
  /** tokens that LAMP could edit, and edits that it accepted */
  edits: "int32",
  accepted: "int32",
} as const satisfies Columns;

export type RepairRow = RowOf<typeof repairs>;
