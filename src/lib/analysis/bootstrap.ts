/**
 * Percentile bootstrap over what was drawn at random: problems within a training seed and, when there are
 * several, the seeds. Of S seeds S - 1 are drawn: S draws would show only (S-1)/S of the variance between
 * seeds, a third too little with three (Rao and Wu 1988, doi:10.1080/01621459.1988.10478591). Each drawn seed
 * then stands for S/(S-1) times its problems, so that these weigh as in the data. Still, three seeds say
 * little about a fourth.
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
 * Interval of any statistic of values by seed and problem.
 * Seeds are resampled only when there are at least two.
 * @throws UserError when a seed has no problem, there is no seed, or the config is out of range
 */
export function bootstrap<T>(
  bySeed: BySeed<T>,
  statistic: (sample: BySeed<T>) => number,
  config: BootstrapConfig,
  rng: Rng,
): Interval {
  check(bySeed, config);
  const { seeds: drawn, share } = drawnOf(bySeed.length);
  const replicates = Array.from({ length: config.replicates }, () => {
    const seeds = drawn === null ? bySeed : resample(bySeed, rng, drawn);
    return statistic(seeds.map(problems => resample(problems, rng, Math.round(share * problems.length))));
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
 * Interval of the mean (`seedMean`) of each of W quantities measured on the same problems, W values a
 * problem. All see the same resamples, which costs one draw instead of W.
 */
export function bootstrapMeans(
  bySeed: BySeed<ArrayLike<number>>,
  config: BootstrapConfig,
  rng: Rng,
): Interval[] {
  check(bySeed, config);
  const { flat, width } = flattened(bySeed);
  const { seeds: drawn, share } = drawnOf(flat.length);
  return intervalsOf(
    meansOf(flat, width, 1, (_, i) => i),
    config,
    () => {
      const seeds = drawn === null ? flat : resample(flat, rng, drawn);
      return meansOf(seeds, width, share, problems => rng.int(problems));
    },
  );
}

/**
 * Intervals of W means where every seed has W values for each of the same problems, in the same order: seeds
 * and problems are drawn apart, and the problems drawn are the same for every seed, so that what makes a
 * problem hard is not taken for independent from seed to seed (Owen 2007, doi:10.1214/07-AOAS122).
 * @throws UserError when seeds differ in their number of problems, or as `bootstrap` does
 */
export function crossedBootstrapMeans(
  bySeed: BySeed<ArrayLike<number>>,
  config: BootstrapConfig,
  rng: Rng,
): Interval[] {
  check(bySeed, config);
  const problems = bySeed[0].length;
  if (bySeed.some(values => values.length !== problems)) {
    throw new UserError(
      `bootstrap: seeds have ${bySeed.map(values => values.length).join(", ")} problems; crossed ` +
        "resampling needs the same problems for all.",
    );
  }
  const { flat, width } = flattened(bySeed);
  const { seeds: drawn } = drawnOf(flat.length);
  const [everySeed, everyProblem] = [flat.length, problems].map(count => new Float64Array(count).fill(1));
  return intervalsOf(weightedMeans(flat, width, everySeed, everyProblem), config, () => {
    const ofSeed = drawn === null ? everySeed : timesDrawn(rng, flat.length, drawn);
    return weightedMeans(flat, width, ofSeed, timesDrawn(rng, problems, problems));
  });
}

/** Values by seed [problems, W], with W. */
function flattened(bySeed: BySeed<ArrayLike<number>>) {
  const flat = bySeed.map(problems => Float64Array.from(problems.flatMap(values => Array.from(values))));
  return { flat, width: bySeed[0][0].length };
}

/** The intervals of W statistics: those of the data, and what each resample makes of them [W]. */
function intervalsOf(
  data: Float64Array,
  { replicates, level }: BootstrapConfig,
  resampled: () => Float64Array,
): Interval[] {
  const found = Array.from(data, () => new Float64Array(replicates));
  for (let r = 0; r < replicates; r++) resampled().forEach((value, w) => (found[w][r] = value));
  return found.map((values, w) => ({ mean: data[w], ...percentiles(values.sort(), level) }));
}

/** [items] how often each is among `draws` with replacement. */
function timesDrawn(rng: Rng, items: number, draws: number): Float64Array {
  const times = new Float64Array(items);
  for (let i = 0; i < draws; i++) times[rng.int(items)]++;
  return times;
}

/** [W] means over seeds and problems, each as often as its weights say; values [seeds][problems, W]. */
function weightedMeans(
  seeds: readonly Float64Array[],
  width: number,
  ofSeed: Float64Array,
  ofProblem: Float64Array,
): Float64Array {
  const sums = new Float64Array(width);
  let total = 0;
  seeds.forEach((values, s) => {
    if (ofSeed[s] === 0) return;
    for (let p = 0; p < ofProblem.length; p++) {
      const weight = ofSeed[s] * ofProblem[p];
      if (weight === 0) continue;
      total += weight;
      for (let w = 0, from = p * width; w < width; w++) sums[w] += weight * values[from + w];
    }
  });
  return sums.map(sum => sum / total);
}

/**
 * [W] means over seeds of means over `share` times their
 * problems, values [problems, W]; `pick` names the i-th problem.
 */
function meansOf(
  seeds: readonly Float64Array[],
  width: number,
  share: number,
  pick: (problems: number, i: number) => number,
): Float64Array {
  const means = new Float64Array(width);
  for (const values of seeds) {
    const problems = values.length / width;
    const sums = new Float64Array(width);
    const count = Math.round(share * problems);
    for (let i = 0; i < count; i++) {
      const from = pick(problems, i) * width;
      for (let w = 0; w < width; w++) sums[w] += values[from + w];
    }
    for (let w = 0; w < width; w++) means[w] += sums[w] / count / seeds.length;
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

/**
 * How many seeds a replicate draws (null: all, as they
 * are), and how many problems of each for one that it has.
 */
function drawnOf(seeds: number): { readonly seeds: number | null; readonly share: number } {
  return seeds === 1 ? { seeds: null, share: 1 } : { seeds: seeds - 1, share: seeds / (seeds - 1) };
}

function resample<T>(items: readonly T[], rng: Rng, size: number): T[] {
  return Array.from({ length: size }, () => items[rng.int(items.length)]);
}

function check(bySeed: BySeed<unknown>, { replicates, level }: BootstrapConfig): void {
  if (bySeed.length === 0 || bySeed.some(problems => problems.length === 0)) {
    throw new UserError("bootstrap: a seed has no values to resample; give every seed at least one problem.");
  }
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw new UserError(
      `bootstrap: replicates=${replicates} is no positive whole number; ` +
        `${bootstrapDefaults.replicates} is usual.`,
    );
  }
  if (!(level > 0 && level < 1))
    throw new UserError(`bootstrap: level=${level} is outside (0, 1); 0.95 is usual.`);
}
