/**
 * Grade completions as their tasks read them: a program by
 * running it against the tests, an answer by its task's word.
 */
import type { Problem } from "../core/records.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { seededTask } from "../tasks/tasks.js";
import { gradePrograms } from "./code-grading.js";

export interface Grade {
  /** the completion has the demanded form; null where the task has none */
  readonly formatOk: boolean | null;
  /** every base test passes; null where the task has no tests */
  readonly passedBase: boolean | null;
  /** every base and plus test passes (EvalPlus's "+"); null where the task has no tests */
  readonly passedPlus: boolean | null;
  /** the answer is right; null where a program is graded */
  readonly correct: boolean | null;
}

export interface Completion {
  readonly problem: Problem;
  readonly text: string;
}

export const notGraded: Grade = { formatOk: null, passedBase: null, passedPlus: null, correct: null };

/** Seconds of a testbed program with its tests: they need a millisecond, so more is an endless loop. */
const timeoutSeconds = 2;

/**
 * One grade a completion, in order. The same program for the same problem runs once.
 * @param sandbox asked for only where there is something to run
 */
export async function gradeAll(
  completions: readonly Completion[],
  sandbox: () => Promise<Sandbox>,
  signal?: AbortSignal,
): Promise<Grade[]> {
  const readings = completions.map(({ problem, text }) => seededTask(problem.task).read(text, problem));
  const candidates = new Map<string, { readonly problem: Problem; readonly program: string }>();
  const keys = completions.map(({ problem }, i) => {
    const reading = readings[i];
    if (!("program" in reading) || reading.program === null) return null;
    const key = `${problem.id}\n${reading.program}`;
    candidates.set(key, { problem, program: reading.program });
    return key;
  });
  const grades =
    candidates.size === 0
      ? []
      : await gradePrograms([...candidates.values()], await sandbox(), timeoutSeconds, signal);
  const byKey = new Map([...candidates.keys()].map((key, i) => [key, grades[i]]));
  return readings.map((reading, i) => {
    if ("correct" in reading) return { ...notGraded, correct: reading.correct };
    const key = keys[i];
    if (key === null) return { ...notGraded, formatOk: false, passedBase: false, passedPlus: false };
    const { passedBase = null, passedPlus = null } = byKey.get(key) ?? {};
    return { ...notGraded, formatOk: true, passedBase, passedPlus };
  });
}
