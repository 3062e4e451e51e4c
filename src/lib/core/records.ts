/** The record types that pass between rooms. Plain data: no tensors, no classes. */

/**
 * How a draw between equal confidences is decided (testbed trap 1: at low temperature ties decide the order).
 */
export const tieRules = ["leftmost", "rightmost", "random"] as const;
export type TieRule = (typeof tieRules)[number];

/** One decoded sample: which token was committed when, where and how surely. C = completion length. */
export interface Trajectory {
  /** [P] prompt token ids, without left padding */
  readonly promptIds: Int32Array;
  /** [C] completion token ids, by position */
  readonly completionIds: Int32Array;
  /**
   * [C] completion positions, 0-based, in the order committed;
   * within one step left to right. Given tokens are not among them.
   */
  readonly order: Int32Array;
  /**
   * [C] the same, but within one step in the order in which a policy drew them; absent where nothing is drawn
   */
  readonly drawn?: Int32Array;
  /** [C] denoiser step at which each position was committed, by position; -1 where none was */
  readonly stepOf: Int32Array;
  /**
   * [C] the confidence score at which each position was committed, by position (unit depends on the score)
   */
  readonly confidence: Float32Array;
  /** [C] entropy in nats of the untempered distribution at that moment, by position */
  readonly entropy: Float32Array;
  /** denoiser steps asked for; a bound where the policy decides how many there are */
  readonly steps: number;
  /**
   * Denoiser calls made for this sample: one a step at which something was masked, a second one for guidance,
   * and one for every candidate state of a lookahead. What methods are compared at.
   */
  readonly calls: number;
  /** positions that those calls computed, without padding: calls x (P + C) where nothing is cached */
  readonly tokenPositions: number;
  readonly tieRule: TieRule;
  /** steps at which candidates of exactly equal confidence stood on both sides of the cut */
  readonly tieSteps: number;
  /** steps at which a choice was made at all (some, but not all, candidates committed) */
  readonly choiceSteps: number;
  /** on request: the state of every position before each step */
  readonly trace?: TrajectoryTrace;
}

/** Per step and position, row-major [S, C]; NaN where the position was not masked. */
export interface TrajectoryTrace {
  readonly confidence: Float32Array;
  readonly entropy: Float32Array;
}

/** The name of a task, as `tasks/tasks.ts` lists it. */
export type TaskName = string;
export type Split = "train" | "dev" | "test";

/** Tests that are Python source, run after the answer, each judged on its own. */
export interface ScriptTests {
  readonly kind: "script";
  /** Python in front of a test: functions of the prompt that the tests call and an answer may leave out */
  readonly prelude: string;
  /** what rewards may see; null where the task has no such suite */
  readonly base: readonly string[] | null;
  /** what "plus" adds to base, and no reward ever sees; null where the task has no such suite */
  readonly plus: readonly string[] | null;
}

/**
 * EvalPlus's own layout: inputs alone; what is expected comes from running the reference solution on them.
 */
export interface InputTests {
  readonly kind: "inputs";
  /** the problem's line of the file, untouched: 1 and 1.0 are different inputs, and integers have no limit */
  readonly json: string;
  readonly hasPlus: boolean;
  /** Python: what the benchmark leaves to its reader (`input-tests.ts`) */
  readonly rules: string;
}

/** One problem: a prompt, how a correct answer looks, and what grades it. */
export interface Problem {
  /** unique within task and split, stable for a seed: "minipy-test-0", "HumanEval/0" */
  readonly id: string;
  readonly task: TaskName;
  readonly split: Split;
  /** text that the model sees */
  readonly prompt: string;
  /**
   * a correct completion, without end or padding tokens; of
   * a public benchmark the reference solution as a program
   */
  readonly solution: string;
  /**
   * MiniPy: the program form that the prompt asks for; MiniMath: the kind of story; "" where there is none
   */
  readonly form: string;
  /** what must be right, e.g. the filter, map and reduce; held-out combinations are told apart by it */
  readonly combination: string;
  /** null where an answer is compared and not run */
  readonly tests: ScriptTests | InputTests | null;
}
