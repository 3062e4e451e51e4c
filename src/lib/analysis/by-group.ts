/**
 * From rows of samples to what the bootstrap resamples:
 * one value per training seed and problem, within a group.
 */
import type { Rng } from "../core/rng.js";
import {
  bootstrapMeans,
  standardDeviation,
  type BootstrapConfig,
  type BySeed,
  type Interval,
} from "./bootstrap.js";

/** What identifies the unit that a sample belongs to. */
export interface SampleUnit {
  /** training seed of the model */
  readonly seed: number;
  readonly problem: string;
}

/** The settings that a row of a result table is for; they become its first columns. */
export type Group = Readonly<Record<string, string | number>>;

/** A mean with its interval, spread and sizes. */
export interface Measure extends Interval {
  /** over samples; NaN for a single one */
  readonly sd: number;
  /** distinct problems */
  readonly n: number;
  /** training seeds */
  readonly seeds: number;
  readonly samples: number;
}

/** Rows split by their group, in the order of first appearance. */
export function groupRows<R, G extends Group>(
  rows: readonly R[],
  group: (row: R) => G,
): { readonly group: G; readonly rows: readonly R[] }[] {
  const groups = new Map<string, { group: G; rows: R[] }>();
  for (const row of rows) {
    const found = group(row);
    const key = JSON.stringify(found);
    const entry = groups.get(key);
    if (entry === undefined) groups.set(key, { group: found, rows: [row] });
    else entry.rows.push(row);
  }
  return [...groups.values()];
}

/** Rows by seed, then by problem. */
export type Units<R> = ReadonlyMap<number, ReadonlyMap<string, readonly R[]>>;

export function unitsOf<R extends SampleUnit>(rows: readonly R[]): Units<R> {
  const units = new Map<number, Map<string, R[]>>();
  for (const row of rows) {
    const problems = units.get(row.seed) ?? new Map<string, R[]>();
    const samples = problems.get(row.problem) ?? [];
    samples.push(row);
    units.set(row.seed, problems.set(row.problem, samples));
  }
  return units;
}

/** One value per seed and problem. */
export function valuesOf<R, T>(units: Units<R>, value: (samples: readonly R[]) => T): BySeed<T> {
  return [...units.values()].map(problems => [...problems.values()].map(value));
}

/**
 * The mean of a value over samples, problems and seeds.
 * Samples without a value (NaN) are left out of every count.
 * @returns null when no sample has a value
 */
export function measure<R extends SampleUnit>(
  rows: readonly R[],
  value: (row: R) => number,
  config: BootstrapConfig,
  rng: Rng,
): Measure | null {
  return measureAll(rows, row => [value(row)], config, rng)[0] ?? null;
}

/**
 * `measure` for a list of W values a sample, equally long
 * for all. A sample that lacks one of them is left out.
 * @returns [W], or nothing when no sample has values
 */
export function measureAll<R extends SampleUnit>(
  rows: readonly R[],
  values: (row: R) => ArrayLike<number>,
  config: BootstrapConfig,
  rng: Rng,
): Measure[] {
  const valued = rows.filter(row => values(row).length > 0 && !Array.from(values(row)).some(Number.isNaN));
  if (valued.length === 0) return [];
  const units = unitsOf(valued);
  const perProblem = valuesOf(units, samples => averageOf(samples.map(values)));
  const sizes = {
    n: new Set(valued.map(row => row.problem)).size,
    seeds: units.size,
    samples: valued.length,
  };
  return bootstrapMeans(perProblem, config, rng).map((interval, w) => ({
    ...interval,
    sd: standardDeviation(valued.map(row => values(row)[w])),
    ...sizes,
  }));
}

/** [W] mean of several lists. */
function averageOf(lists: readonly ArrayLike<number>[]): number[] {
  return Array.from(lists[0], (_, w) => lists.reduce((sum, list) => sum + list[w], 0) / lists.length);
}
