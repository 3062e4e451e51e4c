/**
 * Decoding methods compared by the denoiser calls that they
 * make: a method that makes fewer must not be given more.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import { sampleArness, type ArnessSample } from "./arness-by-group.js";
import { bootstrapDefaults, mean } from "./bootstrap.js";
import { groupRows, measure, unitsOf, type Measure, type SampleUnit } from "./by-group.js";
import { solved } from "./measures-by-group.js";
import type { GradedSample } from "./pass-by-group.js";
import { settingOf, type Setting } from "./setting.js";

/** The columns of a samples log that say what a decoding cost, and how it was made. */
export interface CostedSample extends SampleUnit, Setting {
  readonly calls: number;
}

/** Mean denoiser calls a sample, seeds weighing alike. */
export function meanCalls(rows: readonly CostedSample[]): number {
  const seeds = [...unitsOf(rows).values()];
  return mean(seeds.map(problems => mean([...problems.values()].flat().map(row => row.calls))));
}

/**
 * The fair opponent of a method, chosen by calls alone: for each training seed, of the candidates' settings
 * the one that makes most calls without making more than the reference does with that seed's model.
 * @throws UserError where every setting makes more
 */
export function matchedByCalls<R extends CostedSample>(
  reference: readonly CostedSample[],
  candidates: readonly R[],
): R[] {
  return [...new Set(reference.map(row => row.seed))].flatMap(seed => {
    const budget = meanCalls(reference.filter(row => row.seed === seed));
    const settings = groupRows(
      candidates.filter(row => row.seed === seed),
      settingOf,
    ).map(({ rows }) => ({ rows, calls: meanCalls(rows) }));
    const allowed = settings.filter(({ calls }) => calls <= budget);
    if (allowed.length === 0)
      throw new UserError(
        `equal calls: no setting makes as few as ${budget.toFixed(1)} calls with seed ${seed}; run a ` +
          "bolder one as well.",
      );
    return allowed.reduce((best, found) => (found.calls > best.calls ? found : best)).rows;
  });
}

/** A method at one setting: what it cost and what came of it. */
export interface MethodRow extends Measure {
  readonly series: string;
  readonly label: string;
  /** denoiser calls and computed positions a sample */
  readonly calls: number;
  readonly tokenPositions: number;
  /** global AR-ness@1 of the tokens up to the end token; NaN where there are none */
  readonly globalArness: number;
}

type MethodSample = CostedSample & GradedSample & ArnessSample & { readonly tokenPositions: number };

/** Pass@1 on base tests with its interval, by method and setting, the cheapest first within a series. */
export function methodRows<R extends MethodSample>(
  samples: readonly R[],
  method: (row: R) => { readonly series: string; readonly label: string },
  rng: Rng,
): MethodRow[] {
  const rows = groupRows(samples, method).flatMap(({ group, rows: found }) => {
    const of = (value: (row: R) => number) =>
      measure(found, value, { ...bootstrapDefaults, replicates: 1 }, rng)?.mean ?? NaN;
    const pass = measure(found, solved, bootstrapDefaults, rng.split(JSON.stringify(group)));
    if (pass === null) return [];
    return [
      {
        ...group,
        ...pass,
        calls: meanCalls(found),
        tokenPositions: of(row => row.tokenPositions),
        globalArness: of(row => sampleArness(row, "global")),
      },
    ];
  });
  return rows.sort((a, b) => a.series.localeCompare(b.series) || a.calls - b.calls);
}

/**
 * Those that no other beats: none costs as little and passes
 * more, or less and passes as much. By cost, calls unless said.
 */
export function paretoFront<R extends { readonly calls: number; readonly mean: number }>(
  rows: readonly R[],
  cost: (row: R) => number = row => row.calls,
): R[] {
  const beaten = (row: R) =>
    rows.some(
      other =>
        cost(other) <= cost(row) &&
        other.mean >= row.mean &&
        (cost(other) < cost(row) || other.mean > row.mean),
    );
  return rows.filter(row => !beaten(row)).sort((a, b) => cost(a) - cost(b));
}
