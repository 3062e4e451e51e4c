/**
 * The "entropy sink" (DiffuCoder §4.1, Fig. 3 right a): before anything is decoded, confidence by position is
 * high right after the prompt, then flat and low, like an L. A padding tail lifts its end, like a U.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import {
  bootstrap,
  bootstrapDefaults,
  mean,
  quantile,
  type BootstrapConfig,
  type BySeed,
  type Interval,
} from "./bootstrap.js";
import { groupRows, measure, unitsOf, valuesOf, type Measure } from "./by-group.js";

/** The columns of a confidences log that the first step needs. */
export interface ConfidencePoint {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  readonly step: number;
  readonly position: number;
  /** in the unit of the score that ranked the positions; NaN where nothing was masked */
  readonly confidence: number;
}

export interface PositionMeasure extends Measure {
  readonly position: number;
}

/** Mean confidence by position at step 0, for the rows of one model; its runs are its training seeds. */
export function firstStepProfile(
  rows: readonly ConfidencePoint[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): PositionMeasure[] {
  return groupRows(firstStep(rows), ({ position }) => ({ position }))
    .sort((a, b) => a.group.position - b.group.position)
    .flatMap(({ group: { position }, rows: points }) => {
      const measured = measure(points, p => p.confidence, config, rng.split(position));
      return measured === null ? [] : [{ position, ...measured }];
    });
}

export interface SinkConfig {
  /** positions right after the prompt */
  readonly head: number;
  /** positions at the end of the window */
  readonly tail: number;
}
export const sinkDefaults: SinkConfig = { head: 3, tail: 4 };

/**
 * In the unit of the confidence. L-shaped: a drop well
 * above 0 and a rise near or below 0; U-shaped: both above.
 */
export interface SinkShape {
  /** mean of the head minus median of what lies between head and tail */
  readonly drop: number;
  /** mean of the tail minus the same median */
  readonly rise: number;
}

/**
 * @param curve [C] confidence by position at the first step
 * @throws UserError when nothing lies between head and tail
 */
export function sinkShape(curve: readonly number[], { head, tail }: SinkConfig = sinkDefaults): SinkShape {
  if (curve.length <= head + tail) {
    throw new UserError(
      `entropy sink: ${curve.length} positions leave none between head=${head} and tail=${tail}; ` +
        "decode a longer completion or lower them.",
    );
  }
  const end = curve.length - tail;
  const body = quantile(
    curve.slice(head, end).sort((a, b) => a - b),
    0.5,
  );
  return { drop: mean(curve.slice(0, head)) - body, rise: mean(curve.slice(end)) - body };
}

/** Drop and rise of the mean curve of one model, each with its interval over problems and seeds. */
export function entropySink(
  rows: readonly ConfidencePoint[],
  rng: Rng,
  shape: SinkConfig = sinkDefaults,
  config: BootstrapConfig = bootstrapDefaults,
): { readonly drop: Interval; readonly rise: Interval; readonly n: number; readonly seeds: number } {
  const points = firstStep(rows);
  const units = unitsOf(points);
  const curves = valuesOf(units, curveOf);
  const of = (part: keyof SinkShape) =>
    bootstrap(curves, sample => sinkShape(meanCurve(sample), shape)[part], config, rng.split(part));
  return {
    drop: of("drop"),
    rise: of("rise"),
    n: new Set(points.map(p => p.problem)).size,
    seeds: units.size,
  };
}

function firstStep(rows: readonly ConfidencePoint[]): (ConfidencePoint & { readonly seed: number })[] {
  const runs = [...new Set(rows.map(row => row.run))];
  return rows.filter(row => row.step === 0).map(row => ({ ...row, seed: runs.indexOf(row.run) }));
}

/**
 * [C] confidence by position, averaged over the samples
 * of one problem (equal at step 0 unless prompts differ).
 */
function curveOf(points: readonly ConfidencePoint[]): number[] {
  const length = Math.max(...points.map(p => p.position)) + 1;
  const [sums, counts] = [new Array<number>(length).fill(0), new Array<number>(length).fill(0)];
  for (const { position, confidence } of points) {
    sums[position] += confidence;
    counts[position]++;
  }
  return sums.map((sum, i) => sum / counts[i]);
}

function meanCurve(bySeed: BySeed<readonly number[]>): number[] {
  const average = (curves: readonly (readonly number[])[]) =>
    curves[0].map((_, i) => mean(curves.map(c => c[i])));
  return average(bySeed.map(average));
}
