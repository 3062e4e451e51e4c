/** Grade completions: MiniPy by running its programs against the tests, MiniMath by the final number. */
import type { Problem } from "../core/records.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { extractProgram } from "../tasks/grade.js";
import { minimathAnswer } from "../tasks/minimath.js";

export interface Grade {
  /** the completion has the demanded form; null where the task has none */
  readonly formatOk: boolean | null;
  /** every base test passes; null where the task has no tests */
  readonly passedBase: boolean | null;
  /** every base and plus test passes (EvalPlus's "+"); null where the task has no tests */
  readonly passedPlus: boolean | null;
  /** the final number is right; null where the task has none */
  readonly correct: boolean | null;
}

export interface Completion {
  readonly problem: Problem;
  readonly text: string;
}

/** Seconds of a testbed program with its tests: they need a millisecond, so more is an endless loop. */
const timeoutSeconds = 2;

/** One grade a completion, in order. The same program for the same problem runs once. */
export async function gradeAll(
  completions: readonly Completion[],
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<Grade[]> {
  const jobs = new Map<string, { problem: Problem; program: string }>();
  const keys = completions.map(({ problem, text }) => {
    const program = problem.task === "minipy" ? extractProgram(text) : null;
    const key = `${problem.id}\n${program}`;
    if (program !== null) jobs.set(key, { problem, program });
    return key;
  });
  const programs = [...jobs].map(([id, { problem, program }]) => ({
    id,
    program,
    tests: [...problem.baseTests, ...problem.plusTests],
    timeoutSeconds,
  }));
  const results = await sandbox.run(programs, undefined, signal);
  const passed = new Map(results.map(r => [r.id, r.testsPassed]));
  return completions.map(({ problem, text }, i) => {
    if (problem.task === "minimath") {
      return {
        formatOk: null,
        passedBase: null,
        passedPlus: null,
        correct: minimathAnswer(text) === problem.answer,
      };
    }
    const tests = passed.get(keys[i]) ?? [];
    const base = tests.slice(0, problem.baseTests.length);
    return {
      formatOk: jobs.has(keys[i]),
      passedBase: base.length > 0 && base.every(Boolean),
      passedPlus: tests.length > 0 && tests.every(Boolean),
      correct: null,
    };
  });
}
