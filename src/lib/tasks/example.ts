import { UserError } from "../core/errors.js";
import type { Split } from "../core/records.js";

/** One document of training text. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
  readonly form: string;
  readonly combination: string;
}

/** Draws a problem before a split counts as used up: problems are kept distinct by drawing again. */
export const drawsPerProblem = 100;

/** The sentence for a split that has fewer problems than asked for. */
export function tooMany(task: string, split: Split, count: number, found: number): UserError {
  return new UserError(
    `tasks: ${task} has no ${count} different ${split} problems, about ${found} were found; ask for fewer.`,
  );
}
