/** What decoding logs: samples, answers to public benchmarks, tokens, states of positions. */
import type { Columns, RowOf } from "./columns.js";
import { policyColumns, recordedColumns } from "./column-groups.js";

/** One committed token of one trajectory. */
export const commits = {
  run: "utf8",
  problem: "utf8",
  /** 0-based among the samples of a problem */
  sample: "int32",
  /** 0-based place in the order committed; within one step left to right */
  rank: "int32",
  /** denoiser step, 0-based */
  step: "int32",
  /** completion position, 0-based */
  position: "int32",
  tokenId: "int32",
  token: "utf8",
  /** unit of the confidence score in use (nats for entropies, a probability else) */
  confidence: "float32",
  /** nats, of the untempered distribution when the token was committed */
  entropy: "float32",
} as const satisfies Columns;

export type CommitRow = RowOf<typeof commits>;

/** One position before one step (on request; the many-row table). */
export const confidences = {
  run: "utf8",
  problem: "utf8",
  sample: "int32",
  step: "int32",
  position: "int32",
  /** NaN where the position was not masked */
  confidence: "float32",
  /** nats; NaN where the position was not masked */
  entropy: "float32",
  masked: "bool",
} as const satisfies Columns;

export type ConfidenceRow = RowOf<typeof confidences>;

/** One decoded and graded sample. C = tokens of the whole window, those after the end token too. */
export const samples = {
  run: "utf8",
  problem: "utf8",
  /** 0-based among the samples of a problem */
  sample: "int32",
  task: "utf8",
  split: "utf8",
  /** program form or kind of story, as the prompt asks */
  form: "utf8",
  /** recipe of the model, e.g. "instruct" */
  checkpoint: "utf8",
  /** training seed of the model */
  seed: "int32",
  /** denoiser steps asked for; a bound where the policy decides */
  steps: "int32",
  temperature: "float64",
  topP: "float64",
  /** the confidence that ranked positions; "learned" by a head, "autoregressive" from the left */
  remasking: "utf8",
  tieRule: "utf8",
  /** what decided which positions are committed: "quota" is a number at every step */
  policy: "utf8",
  ...policyColumns,
  /** semi-AR blocks; null where the whole window is one */
  blockLength: "int32?",
  /** "prefix" or "dual"; null where every pass is whole */
  kvCache: "utf8?",
  /** recipe of the head that learned the order */
  head: "utf8?",
  softMasks: "bool",
  /** denoiser calls made for this sample, and positions that they computed */
  calls: "int32",
  tokenPositions: "int32",
  /** steps at which a choice was made, and those of them that a tie decided */
  choiceSteps: "int32",
  tieSteps: "int32",
  prompt: "utf8",
  /** up to the first end token */
  text: "utf8",
  /** tokens before the first end token */
  completionLength: "int32",
  /**
   * [C] positions in the order committed, 0-based, within one step left to right; empty where it is not known
   */
  order: "int16[]",
  /** [C] by position: the denoiser step that committed it, 0-based; -1 where none did */
  stepOf: "int16[]",
  /** [C] by position */
  tokenIds: "int32[]",
  /** null where the task has no format */
  formatOk: "bool?",
  /** null where the task has no such tests */
  passedBase: "bool?",
  passedPlus: "bool?",
  /** null where the task has no single right answer */
  correct: "bool?",
  ...recordedColumns,
} as const satisfies Columns;

export type SampleRow = RowOf<typeof samples>;

/** One sample of a public code benchmark: also what was tested, and how that ended. */
export const answers = {
  ...samples,
  /** the program that was tested, extracted from `text` */
  program: "utf8",
  /** of the tests: passed, failed, timeout or killed */
  outcome: "utf8",
  /** "" where it passed */
  error: "utf8",
  /**
   * whether the answer had a say in its grade: a test compared objects of its own classes, or ran beside it
   */
  shared: "bool",
} as const satisfies Columns;

export type AnswerRow = RowOf<typeof answers>;
