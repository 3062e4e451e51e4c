/**
 * Ratios and k3 terms of every token after some updates, by how
 * their exponents are taken: quantiles, and who makes the sum.
 */
import { exponentialOf } from "../core/exponent.js";
import type { Rng } from "../core/rng.js";
import { bootstrap, mean, quantile, type BootstrapConfig, type BySeed, type Interval } from "./bootstrap.js";
import { unitsOf, valuesOf, type SampleUnit } from "./by-group.js";

/** The columns of a shifts log. */
export interface Shift extends SampleUnit {
  readonly updates: number;
  readonly shifts: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/**
 * As the public code takes them, bounded, or of estimates
 * whose weights are divided out so that they sum to 1.
 */
export const exponentForms = ["public", "bounded", "weights divided out"] as const;
export type ExponentForm = (typeof exponentForms)[number];

export const exponentTerms = ["k3", "ratio"] as const;
export type ExponentTerm = (typeof exponentTerms)[number];

/** Of one token. @param shift estimate after minus before, @param weight sum of its weights */
export function termOf(term: ExponentTerm, form: ExponentForm, shift: number, weight: number): number {
  const [d, kind] = form === "weights divided out" ? [shift / weight, "public" as const] : [shift, form];
  return term === "ratio" ? exponentialOf(d, kind) : exponentialOf(-d, kind) + d - 1;
}

export const termShares = { median: 0.5, "99th percentile": 0.99, largest: 1 } as const;

export interface ExponentMeasure extends Interval {
  readonly term: ExponentTerm;
  readonly form: ExponentForm;
  readonly updates: number;
  readonly share: keyof typeof termShares;
  readonly n: number;
  readonly seeds: number;
}

/** Quantiles over all tokens of a seed, averaged over seeds, after each number of updates. */
export function exponentMeasures(
  rows: readonly Shift[],
  rng: Rng,
  config: BootstrapConfig,
): ExponentMeasure[] {
  const marks = [...new Set(rows.map(row => row.updates))].sort((a, b) => a - b);
  return marks.flatMap(updates =>
    exponentTerms.flatMap(term =>
      exponentForms.flatMap(form => {
        const bySeed = termsBySeed(rows, updates, term, form);
        const size = { n: problemsIn(rows), seeds: bySeed.length };
        return (Object.keys(termShares) as (keyof typeof termShares)[]).map(share => {
          const ofSeed = (problems: readonly Float64Array[]) =>
            quantile(concatenate(problems).sort(), termShares[share]);
          const statistic = (sample: BySeed<Float64Array>) => mean(sample.map(ofSeed));
          const key = [updates, term, form, share].join("/");
          return {
            ...{ term, form, updates, share, ...size },
            ...bootstrap(bySeed, statistic, config, rng.split(key)),
          };
        });
      }),
    ),
  );
}

/**
 * Share of the sum of k3 over the tokens of one seed that its
 * largest hundredth makes. @param rows after as many updates
 */
export function topShareOf(rows: readonly Shift[], form: ExponentForm): number {
  const sorted = Float64Array.from(rows.flatMap(row => termsOf(row, "k3", form))).sort();
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return sum(sorted.subarray(Math.floor(0.99 * sorted.length))) / sum(sorted);
}

/** A quantile of a term over the tokens of one seed. @param rows after as many updates */
export function termQuantileOf(rows: readonly Shift[], term: ExponentTerm, share: number): number {
  return quantile(Float64Array.from(rows.flatMap(row => termsOf(row, term, "public"))).sort(), share);
}

/** Share of the tokens of one seed whose ratio is below or above. @param rows after as many updates */
export function ratiosOutside(rows: readonly Shift[], below: number, above: number): number {
  const ratios = rows.flatMap(row => termsOf(row, "ratio", "public"));
  return mean(ratios.map(ratio => Number(ratio < below || ratio > above)));
}

function termsOf({ shifts, weights }: Shift, term: ExponentTerm, form: ExponentForm): number[] {
  return Array.from(shifts, (d, k) => termOf(term, form, d, weights[k]));
}

function problemsIn(rows: readonly Shift[]): number {
  return new Set(rows.map(row => row.problem)).size;
}

/** The terms of a problem's tokens, by seed and problem. */
function termsBySeed(
  rows: readonly Shift[],
  updates: number,
  term: ExponentTerm,
  form: ExponentForm,
): BySeed<Float64Array> {
  const units = unitsOf(rows.filter(row => row.updates === updates));
  return valuesOf(units, own => Float64Array.from(own.flatMap(row => termsOf(row, term, form))));
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
