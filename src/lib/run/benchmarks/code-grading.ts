/** Grade programs on a benchmark's tests, in the sandbox: base tests, and plus tests where the file has them. */
import { randomBytes } from "node:crypto";
import type { Outcome, Program, ProgramResult } from "../../sandbox/config.js";
import type { Sandbox } from "../../sandbox/sandbox.js";
import { hasSuite, type CodeProblem, type ScriptTests } from "../../tasks/code-problem.js";
import { inputTestProgram, readInputTests, type SuiteWords } from "../../tasks/input-tests.js";
import { numpyStandIn } from "../../tasks/numpy-comparison.js";

export interface CodeGrade {
  /** null where the file has no such tests */
  readonly passedBase: boolean | null;
  /** base and plus, as EvalPlus counts; null where the file has no plus tests */
  readonly passedPlus: boolean | null;
  readonly outcome: Outcome;
  /** "" where it passed */
  readonly error: string;
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
  const words = candidates.map(() => ({ base: secret(), plus: secret() }));
  const programs = candidates.map(({ problem, program }, i): Program => ({
    ...(problem.tests.kind === "script"
      ? {
          id: String(i),
          program: problem.tests.prelude + program,
          tests: scriptsOf(problem.tests).map(withNumpy),
        }
      : {
          id: String(i),
          program: inputTestProgram(problem.benchmark, problem.tests.json, program, words[i]),
        }),
    timeoutSeconds: timeoutSeconds ?? gradingSeconds[problem.tests.kind],
  }));
  const results = await sandbox.run(programs);
  return candidates.map(({ problem }, i) =>
    problem.tests.kind === "script"
      ? scriptGrade(problem.tests, results[i])
      : inputGrade(problem, results[i], words[i]),
  );
}

function secret(): string {
  return randomBytes(16).toString("hex");
}

function scriptsOf({ base, plus }: ScriptTests): readonly string[] {
  return [...(base ?? []), ...(plus ?? [])];
}

function withNumpy(test: string): string {
  return /^\s*(import|from) numpy\b/m.test(test) ? `${numpyStandIn}\n${test}` : test;
}

function scriptGrade(tests: ScriptTests, { testsPassed, outcome, error }: ProgramResult): CodeGrade {
  const all = (passed: readonly boolean[]) => passed.length > 0 && passed.every(Boolean);
  const base = testsPassed.slice(0, tests.base?.length ?? 0);
  return {
    passedBase: tests.base === null ? null : all(base),
    passedPlus: tests.plus === null ? null : all(testsPassed),
    outcome,
    error: error ?? "",
  };
}

function inputGrade(problem: CodeProblem, result: ProgramResult, words: SuiteWords): CodeGrade {
  const { base, plus, error } = readInputTests(result.output, words);
  const ended = result.outcome === "passed" && !plus ? "failed" : result.outcome;
  return {
    passedBase: base,
    passedPlus: hasSuite(problem, "plus") ? plus : null,
    outcome: plus ? "passed" : ended,
    error: plus ? "" : (error ?? result.error ?? "the answer ended the tests"),
  };
}
