/**
 * Any number of a sample, averaged by group: pass rate,
 * length, share of tied steps; and how far samples spread.
 */
import type { Rng } from "../core/rng.js";
import { bootstrap, bootstrapDefaults, mean, standardDeviation, type BootstrapConfig } from "./bootstrap.js";
import {
  groupRows,
  measure,
  unitsOf,
  valuesOf,
  type Group,
  type Measure,
  type SampleUnit,
} from "./by-group.js";
import type { GradedSample } from "./pass-by-group.js";

/**
 * T, but decided elsewhere: the samples alone say what a
 * row is, so that a measure of a few columns fits any log.
 */
type Decided<T> = [T][T extends unknown ? 0 : never];

/** One row per group and measure; a measure that no sample of a group has (NaN for all) is left out. */
export function measuresByGroup<R extends SampleUnit, G extends Group, M extends string>(
  samples: readonly R[],
  group: (row: R) => G,
  measures: Readonly<Record<M, (row: Decided<R>) => number>>,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): (G & Measure & { readonly measure: M })[] {
  const named = Object.entries(measures) as unknown as [M, (row: R) => number][];
  return groupRows(samples, group).flatMap(({ group: settings, rows }) =>
    named.flatMap(([name, value]) => {
      const found = measure(rows, value, config, rng.split(JSON.stringify([settings, name])));
      return found === null ? [] : [{ ...settings, measure: name, ...found }];
    }),
  );
}

/**
 * The standard deviation over the samples of a seed, averaged over seeds, in the place of `mean`: how
 * differently samples of one model behave, whatever the seeds differ in.
 */
export function spreadByGroup<R extends SampleUnit, G extends Group>(
  samples: readonly R[],
  group: (row: R) => G,
  value: (row: R) => number,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): (G & Measure)[] {
  return groupRows(samples, group).flatMap(({ group: settings, rows }) => {
    const valued = rows.filter(row => !Number.isNaN(value(row)));
    if (valued.length < 2) return [];
    const units = unitsOf(valued);
    const perProblem = valuesOf(units, found => found.map(value));
    const spread = (bySeed: typeof perProblem) => mean(bySeed.map(seed => standardDeviation(seed.flat())));
    const interval = bootstrap(perProblem, spread, config, rng.split(JSON.stringify(settings)));
    const n = new Set(valued.map(row => row.problem)).size;
    return [{ ...settings, ...interval, sd: interval.mean, n, seeds: units.size, samples: valued.length }];
  });
}

/**
 * 1 where the sample passed its base tests or gave the
 * right answer, 0 where not, NaN where it was not graded.
 */
export function solved({ passedBase, correct }: Pick<GradedSample, "passedBase" | "correct">): number {
  const grade = passedBase ?? correct;
  return grade === null ? NaN : Number(grade);
}

/**
 * Share of a sample's choosing steps at which equal scores
 * stood on both sides of the cut; NaN without a choice.
 */
export function tieShare({ tieSteps, choiceSteps }: TiedSample): number {
  return choiceSteps > 0 ? tieSteps / choiceSteps : NaN;
}

/** The columns of a samples log that tell how often ties decided. */
export interface TiedSample {
  readonly tieSteps: number;
  readonly choiceSteps: number;
}
