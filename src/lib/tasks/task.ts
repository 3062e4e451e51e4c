/**
 * A task behind one interface: where its problems come from and what is
 * graded of a completion. Decoding, evaluation, studies, grading and training
 * data know no task by name; a new one is a file and its entry in `tasks.ts`.
 */
import { UserError } from "../core/errors.js";
import type { Problem, Split } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { JsonRow } from "./json-rows.js";

/** One document of training text. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
  readonly form: string;
  readonly combination: string;
}

/** How often training text is wrong, as shares of the examples in which the mistake can be made. */
export interface Mistakes {
  readonly mistakeShare: number;
  /** of mistakes at a boundary (`>` for `>=`) */
  readonly boundaryShare: number;
}

/** Which problems: the first `count` of an endless list fixed by split and seed. */
export interface ProblemQuery {
  readonly split: Split;
  readonly count: number;
  readonly seed: number;
}

/**
 * What is graded of a completion: its program (null: not
 * of the demanded form), or whether its answer is right.
 */
export type Reading = { readonly program: string | null } | { readonly correct: boolean };

interface TaskBase {
  /** as people type it */
  readonly name: string;
  /** a few words for --help */
  readonly about: string;
}

/** A task that draws its own problems. */
export interface SeededTask extends TaskBase {
  readonly problems: (query: ProblemQuery) => readonly Problem[];
  readonly read: (completion: string, problem: Problem) => Reading;
  /**
   * one training document out of an endless stream, a function of `rng` and the shares alone; absent: none
   */
  readonly example?: (rng: Rng, mistakes: Mistakes) => TrainingExample;
}

/** A problem whose answer is a Python function. */
export interface CodeProblem extends Problem {
  /** name of the function that the tests call */
  readonly entryPoint: string;
}

/**
 * A public benchmark: problems come from a file of the
 * user's, programs are looked for in whatever a model writes.
 */
export interface FileTask extends TaskBase {
  /** what stands before the number in a task id: "HumanEval" */
  readonly idPrefix: string;
  /** texts at which a direct completion ends, beside those of every benchmark */
  readonly stops: readonly string[];
  /** the problem of a row in the layout of the benchmark's authors */
  readonly ownLayout: (row: JsonRow) => Pick<CodeProblem, "prompt" | "entryPoint" | "solution" | "tests">;
  /** Python: what its files in EvalPlus's layout of inputs leave to their reader (`input-tests.ts`) */
  readonly inputRules: string;
}

export type Task = SeededTask | FileTask;

export function isSeeded(task: Task): task is SeededTask {
  return "problems" in task;
}

/** Whether base, or plus, says what is demanded of this problem. */
export function hasSuite({ tests }: Problem, suite: "base" | "plus"): boolean {
  if (tests === null) return false;
  return tests.kind === "script" ? tests[suite] !== null : suite === "base" || tests.hasPlus;
}

/**
 * The tests of a problem as Python statements, for a reward to run.
 * @throws UserError for a problem without such
 */
export function scriptsOf({ task, tests }: Problem): Readonly<Record<"base" | "plus", readonly string[]>> {
  if (tests?.kind === "script") return { base: tests.base ?? [], plus: tests.plus ?? [] };
  throw new UserError(
    `rewards: problems of ${task} have no Python tests of their own to run; choose a task that has, ` +
      "such as minipy.",
  );
}
