/** What a measure of claims is, and what most are made of. */
import { mean } from "../analysis/bootstrap.js";
import type { Row } from "./rows.js";

export interface Measure {
  /** as the criterion names it */
  readonly words: string;
  /** smallest difference that matters, in the unit of the measure; null where there is no such number */
  readonly matters: number | null;
  /** of the samples of one problem; NaN where they have no such value */
  readonly ofProblem: (samples: readonly Row[]) => number | readonly number[];
  /**
   * of the mean over problems of what `ofProblem` gives: of the mean over runs too, unless runs are crossed
   * with problems
   */
  readonly ofMean?: (values: readonly number[]) => number;
  /** of all samples of a run, in the place of the two above */
  readonly ofRun?: (samples: readonly Row[]) => number;
}

/**
 * Smallest differences that matter: three points of a pass rate, 0.05 of AR-ness, 0.01 nats, 0.1 of a reward
 * of at most 2.5.
 */
export const [points, arness, nats, reward] = [0.03, 0.05, 0.01, 0.1];

/** A row's columns as a measure expects them. */
export function as<T>(row: Row): T {
  return row as unknown as T;
}

/** Mean over the samples of a problem, of those that have a value. */
export function averaged<T>(words: string, matters: number | null, value: (row: T) => number): Measure {
  const ofProblem = (samples: readonly Row[]) =>
    mean(samples.map(row => value(as<T>(row))).filter(found => !Number.isNaN(found)));
  return { words, matters, ofProblem };
}
