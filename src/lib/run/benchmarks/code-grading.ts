/** Grade programs on a benchmark's tests, in the sandbox: base tests, and plus tests where the file has them. */
import type { Outcome, Program, ProgramResult } from "../../sandbox/config.js";
import type { Sandbox } from "../../sandbox/sandbox.js";
import { hasSuite, type CodeProblem, type ScriptTests } from "../../tasks/code-problem.js";
import { inputTests } from "../../tasks/input-tests.js";
import { numpyStandIn } from "../../tasks/numpy-comparison.js";

export interface CodeGrade {
  /** null where the file has no such tests */
  readonly passedBase: boolean | null;
  /** base and plus, as EvalPlus counts; null where the file has no plus tests */
  readonly passedPlus: boolean | null;
  readonly outcome: Outcome;
  /** "" where it passed */
  readonly error: string;
  /** whether the answer had a say in its grade (`ProgramResult.shared`) */
  readonly shared: boolean;
}

export interface Candidate {
  readonly problem: CodeProblem;
  readonly program: string;
}

/**
 * Seconds of an answer with all its tests. HumanEval's own limit is 3 (arXiv 2107.03374's harness), on a faster
 * interpreter. EvalPlus's suites of inputs may take a minute each; here 30 s hold the reference solution too.
 */
export const gradingSeconds = { script: 10, inputs: 30 } as const;

/**
 * One grade a candidate, in order.
 * @param timeoutSeconds of a candidate with all its tests; by default `gradingSeconds`
 */
export async function gradePrograms(
  candidates: readonly Candidate[],
  sandbox: Sandbox,
  timeoutSeconds?: number,
): Promise<CodeGrade[]> {
  const programs = candidates.map(({ problem, program }, i): Program => ({
    id: String(i),
    program: problem.tests.kind === "script" ? problem.tests.prelude + program : program,
    tests:
      problem.tests.kind === "script"
        ? scriptsOf(problem.tests).map(withNumpy)
        : inputTests(problem.benchmark, problem.tests.json),
    timeoutSeconds: timeoutSeconds ?? gradingSeconds[problem.tests.kind],
  }));
  const results = await sandbox.run(programs);
  return candidates.map(({ problem }, i) =>
    problem.tests.kind === "script"
      ? scriptGrade(problem.tests, results[i])
      : inputGrade(problem, results[i]),
  );
}

function scriptsOf({ base, plus }: ScriptTests): readonly string[] {
  return [...(base ?? []), ...(plus ?? [])];
}

function withNumpy(test: string): string {
  return /^\s*(import|from) numpy\b/m.test(test) ? `${numpyStandIn}\n${test}` : test;
}

function scriptGrade(tests: ScriptTests, result: ProgramResult): CodeGrade {
  const all = (passed: readonly boolean[]) => passed.length > 0 && passed.every(Boolean);
  const base = result.testsPassed.slice(0, tests.base?.length ?? 0);
  return {
    passedBase: tests.base === null ? null : all(base),
    passedPlus: tests.plus === null ? null : all(result.testsPassed),
    outcome: result.outcome,
    error: result.error ?? "",
    shared: result.shared,
  };
}

function inputGrade(problem: CodeProblem, result: ProgramResult): CodeGrade {
  const [base, plus] = result.testsPassed;
  // The judge's own sentence, without Python's name for it.
  const error = result.error?.replace(/^AssertionError: ([^]*?)(?: \(line \d+\))?$/, "$1") ?? "";
  return {
    passedBase: base,
    passedPlus: hasSuite(problem, "plus") ? base && plus : null,
    outcome: result.outcome,
    error,
    shared: result.shared,
  };
}
