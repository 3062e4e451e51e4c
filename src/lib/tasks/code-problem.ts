/** Problems of the public code benchmarks as data: the prompt, the reference solution, and what tests an answer. */

export const benchmarks = ["humaneval", "mbpp"] as const;
export type Benchmark = (typeof benchmarks)[number];

/** Tests that are Python source, run after the answer, each judged on its own. */
export interface ScriptTests {
  readonly kind: "script";
  /** Python in front of a test: functions of the prompt that the tests call and an answer may leave out */
  readonly prelude: string;
  /** null where the file has no such suite */
  readonly base: readonly string[] | null;
  /** what "plus" adds to base; null where the file has no such suite */
  readonly plus: readonly string[] | null;
}

/** EvalPlus's own layout: inputs alone; what is expected comes from running the reference solution on them. */
export interface InputTests {
  readonly kind: "inputs";
  /** the problem's line of the file, untouched: 1 and 1.0 are different inputs, and integers have no limit */
  readonly json: string;
  readonly hasPlus: boolean;
}

export interface CodeProblem {
  /** "HumanEval/0", "Mbpp/11" */
  readonly id: string;
  readonly benchmark: Benchmark;
  /** what the model completes, in EvalPlus's form; MBPP's is a docstring of the task and its first assert */
  readonly prompt: string;
  /** name of the function that the tests call */
  readonly entryPoint: string;
  /** the reference solution as a whole program */
  readonly reference: string;
  readonly tests: ScriptTests | InputTests;
}

/** Whether the file says what base, or plus, demands of this problem. */
export function hasSuite({ tests }: CodeProblem, suite: "base" | "plus"): boolean {
  return tests.kind === "script" ? tests[suite] !== null : suite === "base" || tests.hasPlus;
}

/** A task id as EvalPlus writes it: plain MBPP numbers its problems, and so may a file of answers. */
export function problemId(benchmark: Benchmark, id: string | number): string {
  const prefix = benchmark === "humaneval" ? "HumanEval" : "Mbpp";
  return /^\d+$/.test(String(id)) ? `${prefix}/${id}` : String(id);
}
