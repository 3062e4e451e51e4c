/** The problems of a task that draws them, no two alike. */
import { UserError } from "../core/errors.js";
import type { Problem } from "../core/records.js";
import { Rng } from "../core/rng.js";
import type { ProblemQuery } from "./task.js";

/** Draws a problem before a split counts as used up. */
const drawsPerProblem = 100;

/**
 * What tells a problem from others; by default it has no
 * form and no tests, and its key is what must be right.
 */
export interface Draft {
  readonly key: string;
  readonly problem: () => Pick<Problem, "prompt" | "solution"> &
    Partial<Pick<Problem, "form" | "combination" | "tests">>;
}

/**
 * The problems of a query, drawn again while one with the same key is there already.
 * @param draw makes the problem number `index` from its own stream
 * @throws UserError when the split has no so many
 */
export function distinctProblems(
  task: string,
  { split, count, seed }: ProblemQuery,
  draw: (rng: Rng, index: number) => Draft,
): Problem[] {
  const root = Rng.fromSeed(seed).split(`${task} problems`).split(split);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (let i = 0; problems.length < count; i++) {
    if (i > drawsPerProblem * count) {
      throw new UserError(
        `tasks: ${task} has no ${count} different ${split} problems, about ${problems.length} were ` +
          "found; ask for fewer.",
      );
    }
    const index = problems.length;
    const { key, problem } = draw(root.split(i), index);
    if (seen.has(key)) continue;
    seen.add(key);
    const id = `${task}-${split}-${index}`;
    problems.push({ form: "", combination: key, tests: null, ...problem(), id, task, split });
  }
  return problems;
}
