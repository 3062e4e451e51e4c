/** What a comparison of a few runs can see, said before they are made. */
import { standardDeviation } from "./bootstrap.js";

/** Standard normal quantiles of a two-sided test at 5% and of a power of 80%. */
const [testAt5, power80] = [1.96, 0.8416];

/**
 * The smallest true difference between two estimators that would be told from
 * 0 in four of five studies, with as many runs of each: normal approximation,
 * runs not paired. Pairing by seed makes it smaller where seeds go together.
 * @param runs one number a run, of runs of one estimator; they show how far runs differ
 * @param seeds runs of each estimator in the study to come
 */
export function detectableDifference(runs: readonly number[], seeds: number): number {
  return (testAt5 + power80) * standardDeviation(runs) * Math.sqrt(2 / seeds);
}

/** Runs of each estimator that it takes to see a difference. */
export function runsToSee(difference: number, runs: readonly number[]): number {
  return Math.ceil(2 * (((testAt5 + power80) * standardDeviation(runs)) / difference) ** 2);
}
