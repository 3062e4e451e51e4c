/**
 * Bias and variance of mask estimators from their draws (DiffuCoder A.4), a value per training seed and
 * problem. Of a scope that was enumerated the exact moments are rows of the same log.
 */
import type { Rng } from "../core/rng.js";
import { bootstrapMean, mean, standardDeviation, type BootstrapConfig, type BySeed } from "./bootstrap.js";
import { groupRows, type Measure, type SampleUnit } from "./by-group.js";
import {
  estimateVariance,
  expectedEstimate,
  expectedWeight,
  predictedReduction,
  type MaskMoments,
  type PairEstimator,
} from "./mask-moments.js";

/** "end": few tokens at the end of an answer, enumerated; "whole": the window that a rollout fills. */
export const scopes = ["end", "whole"] as const;
export type EstimateScope = (typeof scopes)[number];

/** The columns of an estimates log. */
export interface EstimateDraw extends SampleUnit {
  readonly scope: string;
  readonly estimator: string;
  readonly pairs: number;
  readonly draw: number;
  readonly estimates: ArrayLike<number>;
}

/** Mean and variance over draws of every token's estimate [n]. */
interface Drawn {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

/** What is known of one problem in one scope. */
export interface EstimatedProblem {
  readonly seed: number;
  readonly problem: string;
  readonly scope: EstimateScope;
  readonly fullMask: ArrayLike<number>;
  /** null where the masks were too many to enumerate */
  readonly exact: MaskMoments | null;
  readonly drawn: (kind: PairEstimator, pairs: number) => Drawn;
}

/** The draws of every problem brought together. */
export function estimatedProblems(rows: readonly EstimateDraw[]): EstimatedProblem[] {
  const byProblem = groupRows(rows, ({ seed, problem, scope }) => ({ seed, problem, scope }));
  return byProblem.map(({ group, rows: own }) => {
    const exact = (name: string) => own.find(row => row.estimator === name)?.estimates;
    const fullMask = exact("full-mask") as ArrayLike<number>;
    const moments = ["exact mean", "exact square", "exact product"].map(exact);
    const [mean, square, product] = moments.map(x => Float64Array.from(x ?? []));
    const sets = groupRows(own, ({ estimator, pairs }) => ({ estimator, pairs }));
    const drawn = new Map(
      sets.map(({ group: { estimator, pairs }, rows: draws }) => [`${estimator} ${pairs}`, overDraws(draws)]),
    );
    return {
      ...group,
      scope: group.scope as EstimateScope,
      fullMask,
      exact: moments.includes(undefined)
        ? null
        : { fullMask: Float64Array.from(fullMask), mean, square, product },
      drawn: (kind, pairs) => drawn.get(`${kind} ${pairs}`) as Drawn,
    };
  });
}

function overDraws(draws: readonly EstimateDraw[]): Drawn {
  const tokens = Array.from(draws[0].estimates, (_, k) => draws.map(draw => draw.estimates[k]));
  return { mean: tokens.map(mean), variance: tokens.map(values => standardDeviation(values) ** 2) };
}

/** Variance of an estimate, averaged over a problem's tokens, nats^2. */
export function tokenVariance(of: EstimatedProblem, kind: PairEstimator, pairs: number): number {
  return mean(of.drawn(kind, pairs).variance);
}

/** The same by enumeration. */
export function exactVariance({ exact }: EstimatedProblem, kind: PairEstimator, pairs: number): number {
  return exact === null ? NaN : mean([...exact.mean].map((_, k) => estimateVariance(kind, exact, k, pairs)));
}

/**
 * The reduction that A.4 predicts, averaged over tokens. Where v_k was not
 * enumerated, v_k^2 is the product of its two estimates by coupled and by
 * de-coupled draws: they are independent, so that the product is unbiased.
 */
export function predictVariance({ exact, fullMask, drawn }: EstimatedProblem, pairs: number): number {
  const sampled = (kind: PairEstimator, k: number) =>
    ((pairs + 1) * drawn(kind, pairs).mean[k] - fullMask[k]) / (2 * pairs);
  const squared = (k: number) =>
    exact === null ? sampled("coupled", k) * sampled("de-coupled", k) : exact.mean[k] ** 2;
  return mean(Array.from(fullMask, (_, k) => predictedReduction(squared(k), pairs)));
}

/**
 * The expectation that estimates with `pairs` pairs have, averaged over tokens, nats; enumerated scopes only.
 */
export function expectation({ exact, fullMask }: EstimatedProblem, pairs: number): number {
  if (exact === null) return NaN;
  return mean(Array.from(fullMask, (full, k) => expectedEstimate(full, exact.mean[k], pairs)));
}

export const estimators = ["coupled", "de-coupled", "full-mask"] as const;
export type Estimator = (typeof estimators)[number];

/** Weights as in the public code, or divided by their expected sum, the full mask's being 1. */
export type Weighting = "public" | "divided";

/** Mean estimate minus that expectation, averaged over tokens, nats. */
export function bias(of: EstimatedProblem, kind: Estimator, pairs: number, weighting: Weighting): number {
  const full = kind === "full-mask";
  const estimate = mean(Array.from(full ? of.fullMask : of.drawn(kind, pairs).mean));
  if (weighting === "public") return estimate - expectation(of, pairs);
  const weight = expectedWeight(pairs);
  return (full ? estimate : estimate / weight) - expectation(of, pairs) / weight;
}

/** One value per seed and problem of a scope. */
export function valuesBySeed<T>(
  problems: readonly EstimatedProblem[],
  scope: EstimateScope,
  value: (of: EstimatedProblem) => T,
): BySeed<T> {
  const seeds = groupRows(
    problems.filter(of => of.scope === scope),
    ({ seed }) => ({ seed }),
  );
  return seeds.map(({ rows }) => rows.map(value));
}

/** The quantities of the figure. */
export const quantities = ["variance", "bias", "bias, weights divided out"] as const;

export interface EstimatorMeasure extends Measure {
  readonly scope: EstimateScope;
  readonly quantity: (typeof quantities)[number];
  /** an estimator, or "de-coupled less v_k^2/2N", what A.4 predicts of coupled */
  readonly estimator: Estimator | "predicted";
  readonly pairs: number;
}

/** Variance in both scopes and bias in the enumerated one, by estimator and number of pairs. */
export function estimatorMeasures(
  problems: readonly EstimatedProblem[],
  pairs: readonly number[],
  rng: Rng,
  config: BootstrapConfig,
): EstimatorMeasure[] {
  const n = new Set(problems.map(({ problem }) => problem)).size;
  type Row = Pick<EstimatorMeasure, "scope" | "quantity" | "estimator" | "pairs">;
  const row = (of: Row, value: (of: EstimatedProblem) => number): EstimatorMeasure => {
    const bySeed = valuesBySeed(problems, of.scope, value);
    const interval = bootstrapMean(bySeed, config, rng.split(JSON.stringify(of)));
    const flat = bySeed.flat();
    const size = { n, seeds: bySeed.length, samples: flat.length };
    return { ...of, ...interval, sd: standardDeviation(flat), ...size };
  };
  const variances = scopes.flatMap(scope =>
    pairs.flatMap(p => {
      const common = { scope, quantity: "variance", pairs: p } as const;
      const less = (of: EstimatedProblem) => tokenVariance(of, "de-coupled", p) - predictVariance(of, p);
      return [
        row({ ...common, estimator: "coupled" }, of => tokenVariance(of, "coupled", p)),
        row({ ...common, estimator: "de-coupled" }, of => tokenVariance(of, "de-coupled", p)),
        row({ ...common, estimator: "predicted" }, less),
      ];
    }),
  );
  const biases = (["public", "divided"] as const).flatMap(weighting =>
    pairs.flatMap(p =>
      estimators.map(estimator => {
        const quantity = weighting === "public" ? "bias" : "bias, weights divided out";
        return row({ scope: "end", quantity, estimator, pairs: p }, of => bias(of, estimator, p, weighting));
      }),
    ),
  );
  return [...variances, ...biases];
}
