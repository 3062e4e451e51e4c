/**
 * Percentile bootstrap over what was drawn at random: problems within a training seed and, when there are several,
 * the seeds. With few seeds the interval is too narrow: resampling S seeds shows (S-1)/S of their variance.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";

export interface BootstrapConfig {
  readonly replicates: number;
  /** coverage of the interval, in (0, 1) */
  readonly level: number;
}
export const bootstrapDefaults: BootstrapConfig = { replicates: 1000, level: 0.95 };

/** A statistic of the data with its interval. */
export interface Interval {
  /** of the data themselves (a mean unless another statistic was asked for) */
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** One value (or record) per training seed and problem. */
export type BySeed<T> = readonly (readonly T[])[];

/** The mean over seeds of each seed's mean over problems: every seed counts the same. */
export function seedMean(bySeed: BySeed<number>): number {
  return mean(bySeed.map(mean));
}

/**
 * Interval of any statistic of values by seed and problem. Seeds are resampled only when there are at least two.
 * @throws UserError when a seed has no problem, there is no seed, or the config is out of range
 */
export function bootstrap<T>(
  bySeed: BySeed<T>,
  statistic: (sample: BySeed<T>) => number,
  config: BootstrapConfig,
  rng: Rng,
): Interval {
  check(bySeed, config);
  const several = bySeed.length > 1;
  const replicates = Array.from({ length: config.replicates }, () => {
    const seeds = several ? resample(bySeed, rng) : bySeed;
    return statistic(seeds.map(problems => resample(problems, rng)));
  });
  replicates.sort((a, b) => a - b);
  return { mean: statistic(bySeed), ...percentiles(replicates, config.level) };
}

/** Interval of the mean (`seedMean`). */
export function bootstrapMean(bySeed: BySeed<number>, config: BootstrapConfig, rng: Rng): Interval {
  return bootstrapMeans(
    bySeed.map(problems => problems.map(value => [value])),
    config,
    rng,
  )[0];
}

/**
 * Interval of the mean (`seedMean`) of each of W quantities measured on the same problems, W values a problem. All
 * see the same resamples, which costs one draw instead of W.
 */
export function bootstrapMeans(
  bySeed: BySeed<ArrayLike<number>>,
  config: BootstrapConfig,
  rng: Rng,
): Interval[] {
  check(bySeed, config);
  const width = bySeed[0][0].length;
  const flat = bySeed.map(problems => Float64Array.from(problems.flatMap(values => Array.from(values))));
  const replicates = Array.from({ length: width }, () => new Float64Array(config.replicates));
  for (let r = 0; r < config.replicates; r++) {
    const seeds = flat.length > 1 ? resample(flat, rng) : flat;
    const means = meansOf(seeds, width, problems => rng.int(problems));
    means.forEach((value, w) => (replicates[w][r] = value));
  }
  const data = meansOf(flat, width, (_, i) => i);
  return replicates.map((values, w) => ({ mean: data[w], ...percentiles(values.sort(), config.level) }));
}

/** [W] means over seeds of means over problems, each seed's values [problems, W]; `pick` names the i-th problem. */
function meansOf(
  seeds: readonly Float64Array[],
  width: number,
  pick: (problems: number, i: number) => number,
): Float64Array {
  const means = new Float64Array(width);
  for (const values of seeds) {
    const problems = values.length / width;
    const sums = new Float64Array(width);
    for (let i = 0; i < problems; i++) {
      const from = pick(problems, i) * width;
      for (let w = 0; w < width; w++) sums[w] += values[from + w];
    }
    for (let w = 0; w < width; w++) means[w] += sums[w] / problems / seeds.length;
  }
  return means;
}

function percentiles(
  sorted: ArrayLike<number>,
  level: number,
): { readonly lower: number; readonly upper: number } {
  const outside = (1 - level) / 2;
  return { lower: quantile(sorted, outside), upper: quantile(sorted, 1 - outside) };
}

/** Linear interpolation between the two nearest of sorted values; share in [0, 1]. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample standard deviation (n - 1); NaN for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  const center = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - center) ** 2;
  return Math.sqrt(sum / (values.length - 1 || NaN));
}

function resample<T>(items: readonly T[], rng: Rng): T[] {
  return Array.from({ length: items.length }, () => items[rng.int(items.length)]);
}

function check(bySeed: BySeed<unknown>, { replicates, level }: BootstrapConfig): void {
  if (bySeed.length === 0 || bySeed.some(problems => problems.length === 0)) {
    throw new UserError("bootstrap: a seed has no values to resample; give every seed at least one problem.");
  }
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw new UserError(
      `bootstrap: replicates=${replicates} is no positive whole number; ${bootstrapDefaults.replicates} is usual.`,
    );
  }
  if (!(level > 0 && level < 1))
    throw new UserError(`bootstrap: level=${level} is outside (0, 1); 0.95 is usual.`);
}
