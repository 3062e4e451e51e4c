/**
 * The record kinds of a run, one Arrow schema each. A row is an interface in camelCase here and columns in
 * snake_case in the file; the columns of a kind are checked against its interface by the compiler.
 */
import { Schema } from "apache-arrow";
import { arrowField, type ColumnType, type ColumnTypeOf } from "./columns.js";

/** One committed token of one sample. */
export interface CommitRow {
  readonly run: string;
  readonly problem: string;
  /** 0-based among the samples of a problem */
  readonly sample: number;
  /** 0-based place in the order committed; within one step left to right */
  readonly rank: number;
  /** denoiser step, 0-based */
  readonly step: number;
  /** completion position, 0-based */
  readonly position: number;
  readonly tokenId: number;
  readonly token: string;
  /** unit of the confidence score in use (nats for entropies, a probability else) */
  readonly confidence: number;
  /** nats, of the untempered distribution when the token was committed */
  readonly entropy: number;
}

/** One position before one step (on request; the many-row table). */
export interface ConfidenceRow {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  readonly step: number;
  readonly position: number;
  /** NaN where the position was not masked */
  readonly confidence: number;
  /** nats; NaN where the position was not masked */
  readonly entropy: number;
  readonly masked: boolean;
}

/** One decoded and graded sample. */
export interface SampleRow {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  readonly task: string;
  readonly split: string;
  /** program form or kind of story, as the prompt asks */
  readonly form: string;
  /** recipe of the model, e.g. "instruct" */
  readonly checkpoint: string;
  /** training seed of the model */
  readonly seed: number;
  /** denoiser steps asked for; a bound where the policy decides */
  readonly steps: number;
  /** what decided which positions are committed: "quota", "threshold tau=0.8 blocks=12" */
  readonly policy: string;
  /** denoiser calls made for this sample */
  readonly calls: number;
  /** positions that those calls computed */
  readonly tokenPositions: number;
  readonly temperature: number;
  readonly topP: number;
  /** name of the confidence score that chose the positions */
  readonly score: string;
  readonly tieRule: string;
  readonly tieSteps: number;
  readonly choiceSteps: number;
  readonly prompt: string;
  readonly text: string;
  /** tokens up to the first end token */
  readonly completionLength: number;
  /** null where the task has no format */
  readonly formatOk: boolean | null;
  /** null where the task has no such tests */
  readonly passedBase: boolean | null;
  readonly passedPlus: boolean | null;
  /** null where the task has no single right answer */
  readonly correct: boolean | null;
  /** whole window, k = 1, 2, ... */
  readonly localArness: ArrayLike<number>;
  readonly globalArness: ArrayLike<number>;
  /** up to the first end token; NaN when there is no token before it */
  readonly localArnessEos: ArrayLike<number>;
  readonly globalArnessEos: ArrayLike<number>;
}

/** One sample of a public code benchmark: also what was tested, and how that ended. */
export interface AnswerRow extends SampleRow {
  /** the program that was tested, extracted from `text` */
  readonly program: string;
  /** of the tests: passed, failed, timeout or killed */
  readonly outcome: string;
  /** "" where it passed */
  readonly error: string;
  /** whether the answer had a say in its grade: a test compared objects of its own classes, or ran beside it */
  readonly shared: boolean;
}

/** One program, read off denoised embeddings in one way, or written left to right. */
export interface ProgramRow {
  readonly run: string;
  readonly problem: string;
  /** 0-based among the samples of a problem */
  readonly sample: number;
  /** program form that the prompt asks for */
  readonly form: string;
  readonly checkpoint: string;
  /** training seed of the model */
  readonly seed: number;
  /** "decoder" or "rounding" of the same embeddings, or "autoregressive" */
  readonly readout: string;
  /** 0 where the most probable token, or the nearest, is taken */
  readonly temperature: number;
  /** denoising steps, or tokens written */
  readonly steps: number;
  readonly prompt: string;
  readonly text: string;
  /** tokens before the first padding or end token */
  readonly completionLength: number;
  /** one well-formed block that Python parses */
  readonly valid: boolean;
  readonly passedBase: boolean;
  readonly passedPlus: boolean;
  /** denoising steps t before whose end the embeddings were read, descending; empty without denoising */
  readonly traceSteps: ArrayLike<number>;
  /** normalised edit distance in tokens of what was read there to the final program */
  readonly editDistances: ArrayLike<number>;
}

/** One optimiser step. */
export interface TrainRow {
  readonly run: string;
  readonly stage: string;
  readonly step: number;
  /** tokens seen so far, this step included */
  readonly tokens: number;
  readonly loss: number;
  readonly lr: number;
  readonly gradNorm: number;
  readonly seconds: number;
}

/** One step of reinforcement learning: a batch of rollouts and the updates made from it. */
export interface RlRow {
  readonly run: string;
  readonly step: number;
  /** completions of the step */
  readonly rollouts: number;
  /** weighted rewards: mean and standard deviation over the rollouts */
  readonly reward: number;
  readonly rewardSd: number;
  /** unweighted parts, in [0, 1] */
  readonly format: number;
  readonly code: number;
  readonly advantageSd: number;
  /** share of groups whose rewards are all equal: they teach nothing */
  readonly equalGroups: number;
  readonly loss: number;
  readonly lr: number;
  readonly gradNorm: number;
  /** k3 terms in nats, NaN without a KL term: means over the updates of their mean and median, and the largest of all */
  readonly kl: number;
  readonly klMedian: number;
  readonly klMax: number;
  /** share of tokens clipped, mean over the updates (the first of each step clips none), and its two parts */
  readonly clipFraction: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** nats, of the untempered distribution of the tokens up to the end when they were committed */
  readonly entropy: number;
  /** AR-ness@1 up to the end token, mean over the rollouts that have a token before it */
  readonly localArness: number;
  readonly globalArness: number;
  /** share of choosing steps decided by a tie */
  readonly tieShare: number;
  /** tokens before the end token */
  readonly completionLength: number;
  /** share of rollouts that have an end token */
  readonly ended: number;
  /** shares of the forms in which programs are written, whatever the prompt asked; the rest has none */
  readonly loops: number;
  readonly comprehensions: number;
  readonly staged: number;
  /** share written as the prompt asks */
  readonly formKept: number;
  readonly seconds: number;
}

/** One held-out problem answered by the policy during a run of reinforcement learning. */
export interface HeldOutRow {
  readonly run: string;
  /** steps done before */
  readonly step: number;
  readonly problem: string;
  /** program form that the prompt asks for, and the one written ("other": neither) */
  readonly form: string;
  readonly formWritten: string;
  readonly temperature: number;
  /** as in training: weighted sum, and the unweighted parts, from the base tests */
  readonly reward: number;
  readonly format: number;
  readonly code: number;
  readonly passedBase: boolean;
  readonly passedPlus: boolean;
  /** tokens before the end token */
  readonly completionLength: number;
  /** AR-ness@1 up to the end token; NaN when there is no token before it */
  readonly localArness: number;
  readonly globalArness: number;
}

/** Cross-entropy of one noised completion at one timestep. */
export interface LossRow {
  readonly run: string;
  readonly problem: string;
  /** mask ratio in (0, 1] */
  readonly t: number;
  /** 0-based among the draws of the mask for this problem and t */
  readonly replicate: number;
  /** masked tokens */
  readonly masked: number;
  readonly completionLength: number;
  /** nats, summed over the masked tokens, without the weight 1/t */
  readonly lossSum: number;
}

/** The loss of one held-out sequence at one moment of a training run. */
export interface ValidationRow {
  readonly run: string;
  readonly recipe: string;
  /** training seed */
  readonly seed: number;
  /** steps done before, and how often they went through the training examples (0 where these never repeat) */
  readonly step: number;
  readonly epochs: number;
  /** the held-out sequence; every seed has its own */
  readonly problem: string;
  /** "hard": tokens and masks as they are; "soft": the second of two passes, masks mixed with what the first one said */
  readonly inputs: string;
  /** masks drawn for it; 1 for next-token losses, which are exact */
  readonly draws: number;
  /** tokens scored */
  readonly scored: number;
  /** nats a scored token: exact for next-token losses, an estimate of the bound for masked ones */
  readonly loss: number;
  /** standard deviation over the draws; 0 for a single one */
  readonly lossSd: number;
}

/** One draw of a mask estimator for one completion, or what enumerating every mask says of it. */
export interface EstimateRow {
  readonly run: string;
  /** training seed of the model */
  readonly seed: number;
  readonly problem: string;
  /** what may be masked: "end", the last tokens of the answer alone, few enough to enumerate; "whole", all of the window */
  readonly scope: string;
  /** "coupled", "de-coupled", "full-mask"; or "exact mean", "exact square", "exact product" of one pass or pair */
  readonly estimator: string;
  /** lambda; 0 where it plays no part */
  readonly pairs: number;
  /** 0-based */
  readonly draw: number;
  /** nats, one a token up to the end token, weighted as the public code does (exact square and product: nats^2) */
  readonly estimates: ArrayLike<number>;
}

/** How far one completion's estimates moved in some updates, under masks drawn for the comparison. */
export interface ShiftRow {
  readonly run: string;
  readonly seed: number;
  readonly problem: string;
  /** 0-based among the completions of a problem */
  readonly sample: number;
  /** updates made since the rollouts */
  readonly updates: number;
  /** 0-based among the draws of the masks */
  readonly draw: number;
  /** nats, one a token up to the end token: estimate after minus before, the exponent of the ratio */
  readonly shifts: ArrayLike<number>;
  /** sum of the weights in each of these estimates */
  readonly weights: ArrayLike<number>;
}

/** What a block-wise cache changes in the logits along one decoding without it, by pass within a block, from 0. */
export interface CachedRow {
  readonly run: string;
  readonly seed: number;
  readonly problem: string;
  /** "prefix" or "dual" */
  readonly cache: string;
  readonly blockLength: number;
  /** masked positions of the block that were compared, all blocks of the window together */
  readonly positions: ArrayLike<number>;
  /** nats: KL(exact || cached), summed over those */
  readonly divergences: ArrayLike<number>;
  /** of those, the ones whose most probable token is another */
  readonly changed: ArrayLike<number>;
}

/** What one method made of one problem with the help of a reward. */
export interface RepairRow {
  readonly run: string;
  readonly seed: number;
  readonly problem: string;
  /** "tests", an oracle: the share of the base tests that answers are graded by; "syntax": whether the program parses */
  readonly reward: string;
  /** K of LAMP */
  readonly iterations: number;
  /** "plain", "LAMP", "LAMP, best candidate", "best of 3" */
  readonly method: string;
  readonly calls: number;
  /** reward of what the method returned, in [0, 1] */
  readonly score: number;
  readonly passedBase: boolean | null;
  readonly passedPlus: boolean | null;
  /** tokens that LAMP could edit, and edits that it accepted */
  readonly edits: number;
  readonly accepted: number;
}

/** A claim measured with one training seed. */
export interface ClaimRow {
  readonly claim: string;
  readonly figure: string;
  readonly seed: number;
  /** the paper's number or words */
  readonly published: string;
  readonly measured: number;
  readonly lower: number;
  readonly upper: number;
  readonly n: number;
  readonly verdict: string;
}

/** The row type of each kind. */
export interface LogRows {
  readonly commits: CommitRow;
  readonly confidences: ConfidenceRow;
  readonly samples: SampleRow;
  readonly answers: AnswerRow;
  readonly programs: ProgramRow;
  readonly train: TrainRow;
  readonly rl: RlRow;
  readonly heldout: HeldOutRow;
  readonly losses: LossRow;
  readonly validation: ValidationRow;
  readonly estimates: EstimateRow;
  readonly shifts: ShiftRow;
  readonly cached: CachedRow;
  readonly repairs: RepairRow;
  readonly claims: ClaimRow;
}

export type LogKind = keyof LogRows;

type Columns<R> = { readonly [K in keyof R]-?: ColumnTypeOf<R[K]> };

const sampleColumns: Columns<SampleRow> = {
  run: "utf8",
  problem: "utf8",
  sample: "int32",
  task: "utf8",
  split: "utf8",
  form: "utf8",
  checkpoint: "utf8",
  seed: "int32",
  steps: "int32",
  policy: "utf8",
  calls: "int32",
  tokenPositions: "int32",
  temperature: "float64",
  topP: "float64",
  score: "utf8",
  tieRule: "utf8",
  tieSteps: "int32",
  choiceSteps: "int32",
  prompt: "utf8",
  text: "utf8",
  completionLength: "int32",
  formatOk: "bool?",
  passedBase: "bool?",
  passedPlus: "bool?",
  correct: "bool?",
  localArness: "float32[]",
  globalArness: "float32[]",
  localArnessEos: "float32[]",
  globalArnessEos: "float32[]",
};

/** Column types by row key, in file order. */
export const columnsOf: { readonly [K in LogKind]: Columns<LogRows[K]> } = {
  commits: {
    run: "utf8",
    problem: "utf8",
    sample: "int32",
    rank: "int32",
    step: "int32",
    position: "int32",
    tokenId: "int32",
    token: "utf8",
    confidence: "float32",
    entropy: "float32",
  },
  confidences: {
    run: "utf8",
    problem: "utf8",
    sample: "int32",
    step: "int32",
    position: "int32",
    confidence: "float32",
    entropy: "float32",
    masked: "bool",
  },
  samples: sampleColumns,
  answers: { ...sampleColumns, program: "utf8", outcome: "utf8", error: "utf8", shared: "bool" },
  programs: {
    run: "utf8",
    problem: "utf8",
    sample: "int32",
    form: "utf8",
    checkpoint: "utf8",
    seed: "int32",
    readout: "utf8",
    temperature: "float64",
    steps: "int32",
    prompt: "utf8",
    text: "utf8",
    completionLength: "int32",
    valid: "bool",
    passedBase: "bool",
    passedPlus: "bool",
    traceSteps: "float32[]",
    editDistances: "float32[]",
  },
  train: {
    run: "utf8",
    stage: "utf8",
    step: "int32",
    tokens: "int32",
    loss: "float64",
    lr: "float64",
    gradNorm: "float64",
    seconds: "float64",
  },
  rl: {
    run: "utf8",
    step: "int32",
    rollouts: "int32",
    reward: "float64",
    rewardSd: "float64",
    format: "float64",
    code: "float64",
    advantageSd: "float64",
    equalGroups: "float64",
    loss: "float64",
    lr: "float64",
    gradNorm: "float64",
    kl: "float64",
    klMedian: "float64",
    klMax: "float64",
    clipFraction: "float64",
    clipLow: "float64",
    clipHigh: "float64",
    entropy: "float64",
    localArness: "float64",
    globalArness: "float64",
    tieShare: "float64",
    completionLength: "float64",
    ended: "float64",
    loops: "float64",
    comprehensions: "float64",
    staged: "float64",
    formKept: "float64",
    seconds: "float64",
  },
  heldout: {
    run: "utf8",
    step: "int32",
    problem: "utf8",
    form: "utf8",
    formWritten: "utf8",
    temperature: "float64",
    reward: "float64",
    format: "float64",
    code: "float64",
    passedBase: "bool",
    passedPlus: "bool",
    completionLength: "int32",
    localArness: "float64",
    globalArness: "float64",
  },
  losses: {
    run: "utf8",
    problem: "utf8",
    t: "float64",
    replicate: "int32",
    masked: "int32",
    completionLength: "int32",
    lossSum: "float64",
  },
  validation: {
    run: "utf8",
    recipe: "utf8",
    seed: "int32",
    step: "int32",
    epochs: "float64",
    problem: "utf8",
    inputs: "utf8",
    draws: "int32",
    scored: "int32",
    loss: "float64",
    lossSd: "float64",
  },
  estimates: {
    run: "utf8",
    seed: "int32",
    problem: "utf8",
    scope: "utf8",
    estimator: "utf8",
    pairs: "int32",
    draw: "int32",
    estimates: "float32[]",
  },
  shifts: {
    run: "utf8",
    seed: "int32",
    problem: "utf8",
    sample: "int32",
    updates: "int32",
    draw: "int32",
    shifts: "float32[]",
    weights: "float32[]",
  },
  cached: {
    run: "utf8",
    seed: "int32",
    problem: "utf8",
    cache: "utf8",
    blockLength: "int32",
    positions: "float32[]",
    divergences: "float32[]",
    changed: "float32[]",
  },
  repairs: {
    run: "utf8",
    seed: "int32",
    problem: "utf8",
    reward: "utf8",
    iterations: "int32",
    method: "utf8",
    calls: "int32",
    score: "float64",
    passedBase: "bool?",
    passedPlus: "bool?",
    edits: "int32",
    accepted: "int32",
  },
  claims: {
    claim: "utf8",
    figure: "utf8",
    seed: "int32",
    published: "utf8",
    measured: "float64",
    lower: "float64",
    upper: "float64",
    n: "int32",
    verdict: "utf8",
  },
};

export const logKinds = Object.keys(columnsOf) as readonly LogKind[];

/** [row key, column name in the file, column type] of a kind, in file order. */
export function columnList(kind: LogKind): readonly (readonly [string, string, ColumnType])[] {
  return Object.entries<ColumnType>(columnsOf[kind]).map(([key, type]) => [key, columnName(key), type]);
}

function columnName(key: string): string {
  return key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** The provenance that every log carries; further entries of the caller's record are kept. */
export interface LogMetadata {
  readonly config: unknown;
  readonly seed: number;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: string;
  readonly checkpointHash: string | null;
  /** ISO 8601, UTC */
  readonly created: string;
  /** of the library; logs from before it was written down lack this and the next */
  readonly sources?: { readonly tree: string; readonly dirty: boolean };
  /** hashes of the criteria that stood when the log was made */
  readonly criteria?: readonly string[];
}

/**
 * The Arrow schema of a kind; its metadata, when given, become `kind` and `provenance` (JSON).
 * @param first entries that stand before those
 */
export function schemaOf(
  kind: LogKind,
  metadata?: LogMetadata,
  first: readonly (readonly [string, string])[] = [],
): Schema {
  const fields = columnList(kind).map(([, name, type]) => arrowField(name, type));
  if (metadata === undefined) return new Schema(fields);
  const entries: (readonly [string, string])[] = [
    ...first,
    ["kind", kind],
    ["provenance", JSON.stringify(metadata)],
  ];
  return new Schema(fields, new Map(entries));
}
