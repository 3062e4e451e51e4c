/** What training logs: optimiser steps, steps of reinforcement learning, and held-out scores on the way. */
import type { Columns, RowOf } from "./columns.js";

/** One optimiser step. */
export const train = {
  run: "utf8",
  stage: "utf8",
  step: "int32",
  /** tokens seen so far, this step included */
  tokens: "int32",
  loss: "float64",
  lr: "float64",
  gradNorm: "float64",
  seconds: "float64",
} as const satisfies Columns;

export type TrainRow = RowOf<typeof train>;

/** One step of reinforcement learning: a batch of rollouts and the updates made from it. */
export const rl = {
  run: "utf8",
  step: "int32",
  /** completions of the step */
  rollouts: "int32",
  /** weighted rewards: mean and standard deviation over the rollouts */
  reward: "float64",
  rewardSd: "float64",
  /** unweighted parts, in [0, 1] */
  format: "float64",
  code: "float64",
  advantageSd: "float64",
  /** share of groups whose rewards are all equal: they teach nothing */
  equalGroups: "float64",
  loss: "float64",
  lr: "float64",
  gradNorm: "float64",
  /**
   * k3 terms in nats, NaN without a KL term: means over the
   * updates of their mean and median, and the largest of all
   */
  kl: "float64",
  klMedian: "float64",
  klMax: "float64",
  /** share of tokens clipped, mean over the updates (the first of each step clips none), and its two parts */
  clipFraction: "float64",
  clipLow: "float64",
  clipHigh: "float64",
  /** nats, of the untempered distribution of the tokens up to the end when they were committed */
  entropy: "float64",
  /** AR-ness@1 up to the end token, mean over the rollouts that have a token before it */
  localArness: "float64",
  globalArness: "float64",
  /** share of choosing steps decided by a tie */
  tieShare: "float64",
  /** tokens before the end token */
  completionLength: "float64",
  /** share of rollouts that have an end token */
  ended: "float64",
  /** shares of the forms in which programs are written, whatever the prompt asked; the rest has none */
  loops: "float64",
  comprehensions: "float64",
  staged: "float64",
  /** share written as the prompt asks */
  formKept: "float64",
  seconds: "float64",
} as const satisfies Columns;

export type RlRow = RowOf<typeof rl>;

/** One held-out problem answered by the policy during a run of reinforcement learning. */
export const heldout = {
  run: "utf8",
  /** steps done before */
  step: "int32",
  problem: "utf8",
  /** program form that the prompt asks for, and the one written ("other": neither) */
  form: "utf8",
  formWritten: "utf8",
  temperature: "float64",
  /** as in training: weighted sum, and the unweighted parts, from the base tests */
  reward: "float64",
  format: "float64",
  code: "float64",
  passedBase: "bool",
  passedPlus: "bool",
  /** tokens before the end token */
  completionLength: "int32",
  /** AR-ness@1 up to the end token; NaN when there is no token before it */
  localArness: "float64",
  globalArness: "float64",
} as const satisfies Columns;

export type HeldOutRow = RowOf<typeof heldout>;

/** The loss of one held-out sequence at one moment of a training run. */
export const validation = {
  run: "utf8",
  recipe: "utf8",
  /** training seed */
  seed: "int32",
  /** steps done before, and how often they went through the training examples (0 where these never repeat) */
  step: "int32",
  epochs: "float64",
  /** the held-out sequence; every seed has its own */
  problem: "utf8",
  /**
   * "hard": tokens and masks as they are; "soft": the second
   * of two passes, masks mixed with what the first one said
   */
  inputs: "utf8",
  /** masks drawn for it; 1 for next-token losses, which are exact */
  draws: "int32",
  /** tokens scored */
  scored: "int32",
  /** nats a scored token: exact for next-token losses, an estimate of the bound for masked ones */
  loss: "float64",
  /** standard deviation over the draws; 0 for a single one */
  lossSd: "float64",
} as const satisfies Columns;

export type ValidationRow = RowOf<typeof validation>;

/** The masked loss of one held-out window at one moment of a parent's adapting. */
export const windows = {
  run: "utf8",
  /** steps done before */
  step: "int32",
  /** 0-based among the held-out windows of the corpus, the same whatever the seed */
  window: "int32",
  /** mask ratio; the mask is the same at every moment and of every seed */
  t: "float64",
  /** masked tokens */
  masked: "int32",
  /** nats, summed over them, without the weight 1/t, under full attention */
  lossSum: "float64",
} as const satisfies Columns;

export type WindowRow = RowOf<typeof windows>;
