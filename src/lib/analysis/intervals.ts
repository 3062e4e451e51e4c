/**
 * Intervals that cover what they say, from few runs. Two designs:
 *
 * - NESTED: every run has problems of its own (training seeds). A run's number carries the noise of its
 *   problems, whatever clusters they form, so runs are the only units: Student's t on their numbers, and the
 *   jackknife over runs where the statistic is no mean of them (a ratio, the shape of a mean curve). Of a
 *   mean of runs both are the same.
 * - CROSSED: all runs answer the same problems (reinforcement learning). What makes a problem hard then is
 *   shared by all runs, and runs alone do not see it: two-way random effects, with Satterthwaite's degrees of
 *   freedom (doi:10.2307/3002019). Problems of one combination are one cluster.
 *
 * What resampling three seeds covers in their place: test/analysis/intervals.test.ts.
 */
import { mean } from "./bootstrap.js";
import { tQuantile, twoSidedTail } from "./student-t.js";

/** A standard error with the degrees of freedom that it was estimated with. */
export interface StandardError {
  readonly error: number;
  readonly df: number;
}

/**
 * A measured number. Of several standard errors the one that is more cautious counts; none: nothing is known
 * of it.
 */
export interface Estimated {
  readonly value: number;
  readonly errors: readonly StandardError[];
}

/** A statistic of S runs and how it varies, by leaving out a run at a time; one run shows nothing of that. */
export function overRuns<T>(runs: readonly T[], statistic: (runs: readonly T[]) => number): Estimated {
  const value = statistic(runs);
  const s = runs.length;
  if (s < 2) return { value, errors: [] };
  const pseudo = runs.map((_, out) => s * value - (s - 1) * statistic(runs.filter((_, i) => i !== out)));
  return { value, errors: [{ error: Math.sqrt(varianceOfMean(pseudo)), df: s - 1 }] };
}

/** Problems that all runs answered, a list a cluster. */
export type Clusters = readonly (readonly number[])[];

/**
 * The mean over runs of a number of each, where all runs answered the same problems. A cluster's part in a
 * run's number is taken by leaving the cluster out, so the number need not be a mean over problems; of one it
 * is the cluster's mean.
 * @param of the number of a run from the problems named
 */
export function overRunsAndProblems<T>(
  runs: readonly T[],
  clusters: Clusters,
  of: (run: T, problems: readonly number[]) => number,
): Estimated {
  const all = clusters.flat();
  const values = runs.map(run => of(run, all));
  const value = mean(values);
  if (runs.length < 2 || clusters.length < 2) return { value, errors: [] };
  const weights = clusters.map(cluster => cluster.length / all.length);
  const rest = clusters.map((_, out) => clusters.filter((_, c) => c !== out).flat());
  const parts = runs.map((run, r) =>
    rest.map((problems, c) => (values[r] - (1 - weights[c]) * of(run, problems)) / weights[c]),
  );
  return { value, errors: twoWay(values, parts, weights) };
}

/**
 * Variance of the mean of runs a and clusters b with v = mu + a + b + e: that of the runs and that of the
 * clusters, each of which holds the part of e, less that part once. Runs alone are the second standard error:
 * with few of them the first has an estimate in the place of what it should subtract, and is now and then too
 * small.
 * @param values [R], @param parts [R, C], @param weights [C], their sum 1
 */
function twoWay(
  values: readonly number[],
  parts: readonly (readonly number[])[],
  weights: readonly number[],
): StandardError[] {
  const [r, c] = [parts.length, weights.length];
  const means = parts.map(run => weighted(run, weights));
  const center = mean(means);
  const byCluster = weights.map((_, i) => mean(parts.map(run => run[i])));
  const spread = c / (c - 1);
  const sum = (of: (i: number) => number) => weights.reduce((total, w, i) => total + (w * of(i)) ** 2, 0);
  const runs = varianceOfMean(values);
  const clusters = spread * sum(i => byCluster[i] - center);
  const rests = parts.map((run, a) => sum(i => run[i] - means[a] - byCluster[i] + center));
  const both = (spread * rests.reduce((a, b) => a + b, 0)) / (r * (r - 1));
  const variance = runs + clusters - both;
  const alone = { error: Math.sqrt(runs), df: r - 1 };
  if (variance <= 0) return [alone];
  const df =
    variance ** 2 / (runs ** 2 / (r - 1) + clusters ** 2 / (c - 1) + both ** 2 / ((r - 1) * (c - 1)));
  return [alone, { error: Math.sqrt(variance), df: Math.max(1, df) }];
}

/** Both ends of an interval. */
export interface Ends {
  readonly lower: number;
  readonly upper: number;
}

/** @returns NaN for both where nothing is known of how the number varies */
export function intervalOf({ value, errors }: Estimated, level = 0.95): Ends {
  if (errors.length === 0) return { lower: NaN, upper: NaN };
  const half = Math.max(...errors.map(({ error, df }) => error * tQuantile(level, df)));
  return { lower: value - half, upper: value + half };
}

/**
 * Two-sided p of the number being `truth`: below 1 - level just where the interval of that level leaves it
 * out.
 */
export function pOf({ value, errors }: Estimated, truth: number): number {
  if (errors.length === 0) return NaN;
  const tail = ({ error, df }: StandardError) =>
    value === truth ? 1 : twoSidedTail((value - truth) / error, df);
  return Math.max(...errors.map(tail));
}

function varianceOfMean(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, v) => sum + (v - center) ** 2, 0) / (values.length * (values.length - 1));
}

function weighted(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + weights[i] * value, 0);
}
