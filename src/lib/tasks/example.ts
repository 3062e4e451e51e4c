import { UserError } from "../core/errors.js";
import type { Problem, Split, TaskName } from "../core/records.js";
import { Rng } from "../core/rng.js";

/** One document of training text. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
  readonly form: string;
  readonly combination: string;
}

/** Which problems: the first `count` of an endless list fixed by split and seed. */
export interface ProblemQuery {
  readonly split: Split;
  readonly count: number;
  readonly seed: number;
}

/** Draws a problem before a split counts as used up. */
const drawsPerProblem = 100;

/**
 * The problems of a query, drawn again while one with the same key is there already.
 * @param draw makes the problem number `index` from its own stream, with the key that tells it from others
 * @throws UserError when the split has no so many
 */
export function distinctProblems(
  task: TaskName,
  { split, count, seed }: ProblemQuery,
  draw: (rng: Rng, index: number) => { readonly key: string; readonly problem: () => Problem },
): Problem[] {
  const root = Rng.fromSeed(seed).split(`${task} problems`).split(split);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (let i = 0; problems.length < count; i++) {
    if (i > drawsPerProblem * count) {
      throw new UserError(
        `tasks: ${task} has no ${count} different ${split} problems, about ${problems.length} were found; ask for fewer.`,
      );
    }
    const { key, problem } = draw(root.split(i), problems.length);
    if (seen.has(key)) continue;
    seen.add(key);
    problems.push(problem());
  }
  return problems;
}
