/**
 * Grade programs on the tests of their problems, in the
 * sandbox: base tests, and plus tests where there are some.
 */
import type { Outcome, Program, ProgramResult } from "../sandbox/config.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { Problem, ScriptTests } from "../core/records.js";
import { hasSuite } from "../tasks/task.js";
import { inputTest, inputTestFailure, type InputSuite } from "../tasks/input-tests.js";
import { numpyStandIn } from "../tasks/numpy-comparison.js";

export interface CodeGrade {
  /** null where there are no such tests */
  readonly passedBase: boolean | null;
  /** base and plus, as EvalPlus counts; null where there are no plus tests */
  readonly passedPlus: boolean | null;
  readonly outcome: Outcome;
  /** "" where it passed */
  readonly error: string;
  /** whether the answer had a say in its grade (`ProgramResult.shared`) */
  readonly shared: boolean;
}

export interface Candidate {
  readonly problem: Problem;
  readonly program: string;
}

/**
 * Seconds of an answer with all its tests, or with one suite of inputs and the reference solution.
 * HumanEval's own limit is 3 (arXiv 2107.03374's harness), EvalPlus's a minute a suite, both on an
 * interpreter two to three times as fast: the slowest reference solution, MBPP's 123, takes 5 s there.
 */
export const gradingSeconds = { script: 30, inputs: 60 } as const;

/**
 * One grade a candidate, in order. Base and plus inputs run in an interpreter of their own each, as in
 * EvalPlus, so that an answer's state is not carried from one to the other; plus only where base has passed.
 * @param timeoutSeconds of a candidate with all its tests; by default `gradingSeconds`
 */
export async function gradePrograms(
  candidates: readonly Candidate[],
  sandbox: Sandbox,
  timeoutSeconds?: number,
  signal?: AbortSignal,
): Promise<CodeGrade[]> {
  const run = async (suite: InputSuite, chosen: readonly Candidate[]) => {
    const programs = chosen.map((candidate, i) => sandboxProgram(candidate, i, suite, timeoutSeconds));
    const results = await sandbox.run(programs, undefined, signal);
    return new Map(chosen.map((candidate, i) => [candidate, results[i]]));
  };
  const first = await run("base", candidates);
  const passedFirst = candidates.filter(candidate => first.get(candidate)?.outcome === "passed");
  const second = await run(
    "plus",
    passedFirst.filter(({ problem }) => problem.tests?.kind === "inputs" && hasSuite(problem, "plus")),
  );
  return candidates.map(candidate => {
    const { tests } = candidate.problem;
    const result = first.get(candidate) as ProgramResult;
    return tests?.kind === "script"
      ? scriptGrade(tests, result)
      : inputGrade(candidate.problem, result, second.get(candidate));
  });
}

function sandboxProgram(
  { problem: { tests }, program }: Candidate,
  i: number,
  suite: InputSuite,
  timeoutSeconds: number | undefined,
): Program {
  const scripts = tests?.kind === "inputs" ? [inputTest(tests, suite)] : scriptsOf(tests).map(withNumpy);
  const seconds = timeoutSeconds ?? gradingSeconds[tests?.kind ?? "script"];
  return { id: String(i), program, tests: scripts, timeoutSeconds: seconds };
}

/**
 * Functions of the prompt that the tests call stand in
 * front of each, whatever the answer calls by their names.
 */
function scriptsOf(tests: ScriptTests | null): readonly string[] {
  return [...(tests?.base ?? []), ...(tests?.plus ?? [])].map(test => `${tests?.prelude}${test}`);
}

function withNumpy(test: string): string {
  return /^[ \t]*(import|from) numpy\b/m.test(test) ? `${numpyStandIn}\n${test}` : test;
}

function scriptGrade(tests: ScriptTests, { testsPassed, outcome, error, shared }: ProgramResult): CodeGrade {
  const all = (passed: readonly boolean[]) => passed.length > 0 && passed.every(Boolean);
  const base = testsPassed.slice(0, tests.base?.length ?? 0);
  return {
    passedBase: tests.base === null ? null : all(base),
    passedPlus: tests.plus === null ? null : all(testsPassed),
    outcome,
    error: error ?? "",
    shared,
  };
}

function inputGrade(problem: Problem, base: ProgramResult, plus: ProgramResult | undefined): CodeGrade {
  const { outcome, error } = plus ?? base;
  return {
    passedBase: base.outcome === "passed",
    passedPlus: hasSuite(problem, "plus") ? plus?.outcome === "passed" : null,
    outcome,
    error: inputTestFailure(error ?? ""),
    shared: base.shared || plus?.shared === true,
  };
}
