/**
 * What claims measure, by name: a number of the samples of one problem, or a list of numbers whose mean over
 * problems is made one number in the end (the shape of a mean curve, a ratio of means). Each says how small a
 * difference of it is too small to matter. A column that logs name otherwise is renamed here and in
 * `rows.ts`, nowhere else.
 */
import { sampleArness, type ArnessSample, type ArnessScope } from "../analysis/arness-by-group.js";
import { mean, standardDeviation } from "../analysis/bootstrap.js";
import { sinkShape } from "../analysis/entropy-sink.js";
import {
  bias,
  exactVariance,
  expectation,
  predictVariance,
  tokenVariance,
  type EstimatedProblem,
} from "../analysis/estimates.js";
import { meanFall, secondHalf } from "../analysis/held-out.js";
import { weightedLoss, type LossDraw, type Normalisation } from "../analysis/loss-by-timestep.js";
import { expectedWeight, type PairEstimator } from "../analysis/mask-moments.js";
import { solved, tieShare, type TiedSample } from "../analysis/measures-by-group.js";
import { passAtK } from "../analysis/pass-at-k.js";
import type { GradedSample } from "../analysis/pass-by-group.js";
import { codefusionMeasures } from "../methods/codefusion/measures.js";
import { kvCacheMeasures } from "../methods/kv-cache/measures.js";
import { lampMeasures } from "../methods/lamp/measures.js";
import { exponentMeasures } from "./exponent-measures.js";
import { arness, as, averaged, nats, points, reward, type Measure } from "./measure.js";
import type { Row } from "./rows.js";

function arnessOf(kind: "local" | "global", scope: ArnessScope): Measure {
  const what = scope === "eos" ? "to the end token" : "of the whole window";
  return averaged<ArnessSample>(`${kind} AR-ness@1 ${what}`, arness, row =>
    sampleArness(row, kind, 1, scope),
  );
}

function passes(samples: readonly Row[], k: number): number {
  const grades = samples.map(row => as<GradedSample>(row).passedBase);
  return passAtK({ n: grades.length, c: grades.filter(Boolean).length }, k);
}

/** Values along the scored steps of a held-out log. */
function track<T extends { readonly step: number }>(
  samples: readonly Row[],
  value: (row: T) => number,
): number[] {
  return samples
    .map(row => as<T>(row))
    .sort((a, b) => a.step - b.step)
    .map(value);
}

interface Answer {
  readonly step: number;
  readonly reward: number;
  readonly passedBase: boolean;
  readonly passedPlus: boolean;
}

function risen(words: string, column: "passedBase" | "passedPlus"): Measure {
  const ofProblem = (samples: readonly Row[]) => {
    const values = track<Answer>(samples, row => Number(row[column]));
    return values[values.length - 1] - values[0];
  };
  return { words, matters: points, ofProblem };
}

/** [steps] of a problem, and of the mean curve its number. */
function curve(words: string, matters: number | null, ofMean: (curve: readonly number[]) => number): Measure {
  const ofProblem = (samples: readonly Row[]) =>
    Array.from(as<{ readonly curve: ArrayLike<number> }>(samples[0]).curve);
  return { words, matters, ofProblem, ofMean };
}

/**
 * Mask ratios of a losses log, ascending, and the mean loss at each: [t, sums, counts] of a problem, means of
 * which divide.
 */
function byRatio(
  words: string,
  by: Normalisation,
  ofCurve: (ts: readonly number[], loss: readonly number[]) => number,
): Measure {
  const ofProblem = (samples: readonly Row[]) => {
    const draws = samples.map(row => as<LossDraw>(row));
    const ts = [...new Set(draws.map(d => d.t))].sort((a, b) => a - b);
    const losses = ts.map(t =>
      draws
        .filter(d => d.t === t)
        .map(d => weightedLoss(d, by))
        .filter(x => !Number.isNaN(x)),
    );
    const sums = losses.map(values => values.reduce((a, b) => a + b, 0));
    return [...ts, ...sums, ...losses.map(values => values.length)];
  };
  const ofMean = (values: readonly number[]) => {
    const n = values.length / 3;
    // the mean of equal ratios, rid of its rounding
    const ts = values.slice(0, n).map(t => Number(t.toFixed(9)));
    return ofCurve(
      ts,
      ts.map((_, i) => values[n + i] / values[2 * n + i]),
    );
  };
  return { words, matters: null, ofProblem, ofMean };
}

const swept = (t: number) => t >= 0.2 && t <= 0.8;
const explosion = (by: Normalisation) =>
  byRatio(
    `loss at the smallest mask ratio over its mean in [0.2, 0.8], (1/t) x ${by} over masked tokens`,
    by,
    (ts, loss) => loss[0] / mean(loss.filter((_, i) => swept(ts[i]))),
  );
const smallestAt = (by: Normalisation) =>
  byRatio(
    `mask ratio of the smallest loss, (1/t) x ${by}`,
    by,
    (ts, loss) => ts[loss.indexOf(Math.min(...loss))],
  );

/** Mean of the first over mean of the second, over problems and runs. */
function ratio(words: string, parts: (of: EstimatedProblem) => readonly [number, number]): Measure {
  return {
    words,
    matters: null,
    ofProblem: samples => parts(as<EstimatedProblem>(samples[0])),
    ofMean: ([a, b]) => a / b,
  };
}

/**
 * Bias of an estimator in the enumerated scope, as a share of the expectation; log-probabilities are
 * negative.
 */
function relativeBias(words: string, kind: "coupled" | "full-mask"): Measure {
  const [weighting, weight] =
    kind === "coupled" ? (["public", 1] as const) : (["divided", expectedWeight(1)] as const);
  return ratio(words, of => [bias(of, kind, 1, weighting), -expectation(of, 1) / weight]);
}

type Variance = (of: EstimatedProblem, kind: PairEstimator, pairs: number) => number;
const variances = (words: string, of: Variance, pairs: number) =>
  ratio(words, row => [of(row, "coupled", pairs), of(row, "de-coupled", pairs)]);
const reductions = (words: string, of: Variance, pairs: number) =>
  ratio(words, row => [
    of(row, "de-coupled", pairs) - of(row, "coupled", pairs),
    predictVariance(row, pairs),
  ]);

export const measures = {
  "pass@1": averaged<GradedSample>("pass@1 (base tests)", points, solved),
  "pass@1, plus tests": averaged<GradedSample>("pass@1 (plus tests)", points, row =>
    Number(row.passedPlus === true),
  ),
  "pass@10": { words: "pass@10 (base tests)", matters: points, ofProblem: rows => passes(rows, 10) },
  "rise to pass@10": {
    words: "rise from pass@1 to pass@10 (base tests)",
    matters: points,
    ofProblem: rows => passes(rows, 10) - passes(rows, 1),
  },
  local: arnessOf("local", "eos"),
  global: arnessOf("global", "eos"),
  "local, whole window": arnessOf("local", "window"),
  "global, whole window": arnessOf("global", "window"),
  "spread of global": {
    words: "standard deviation over the samples of a run of global AR-ness@1 to the end token",
    matters: arness,
    ofProblem: () => NaN,
    ofRun: samples =>
      standardDeviation(
        samples.map(row => sampleArness(as<ArnessSample>(row), "global")).filter(x => !Number.isNaN(x)),
      ),
  },
  "tied steps": averaged<TiedSample>(
    "share of a sample's choosing steps at which equal scores stood on both sides of the cut",
    points,
    tieShare,
  ),
  "order correlation": averaged<{ readonly correlation: number }>(
    "rank correlation of position and order up to the end token",
    arness,
    row => row.correlation,
  ),
  "gain of the right neighbour": averaged<{ readonly right: number }>(
    "gain of negative entropy (nats) of the right neighbour of a committed position beyond the mean " +
      "gain at that step of masked positions that are no neighbours, up to the end token",
    nats,
    row => row.right,
  ),
  "gain of the left neighbour": averaged<{ readonly left: number }>(
    "the same of the left neighbour",
    nats,
    row => row.left,
  ),
  drop: curve(
    "negative entropy (nats) by position before the first step, mean of the first three minus the " +
      "median of the middle (the drop)",
    nats,
    values => sinkShape(values).drop,
  ),
  rise: curve(
    "mean of the last four positions minus that median (the rise, nats)",
    nats,
    values => sinkShape(values).rise,
  ),
  "half the drop less the rise": curve(
    "half the drop minus the rise of the last four positions over that median (nats)",
    nats,
    values => {
      const { drop, rise } = sinkShape(values);
      return drop / 2 - rise;
    },
  ),
  loss: averaged<{ readonly loss: number }>("validation loss (nats a token)", nats, row => row.loss),
  "explosion, mean": explosion("mean"),
  "explosion, sum": explosion("sum"),
  "smallest at, mean": smallestAt("mean"),
  "smallest at, sum": smallestAt("sum"),
  ...lampMeasures,
  ...codefusionMeasures,
  "valid sequences": averaged<GradedSample>("share of valid sequences", points, solved),
  ...kvCacheMeasures,
  "held-out reward": {
    words: "mean reward on the held-out problems over the second half of training",
    matters: reward,
    ofProblem: samples =>
      secondHalf(
        track<Answer>(samples, row => row.reward),
        track<Answer>(samples, row => row.step),
      ),
  },
  "fall of reward": {
    words:
      "how far the curve of held-out reward lies below the highest that it has been, averaged over the " +
      "scored steps",
    matters: reward,
    ofProblem: samples => track<Answer>(samples, row => row.reward),
    ofMean: meanFall,
  },
  "rise of pass@1": risen("pass@1 (base tests) after training minus before", "passedBase"),
  "rise of pass@1, plus tests": risen("pass@1 (plus tests) after training minus before", "passedPlus"),
  "bias, coupled": relativeBias(
    "mean of the draws of coupled estimates minus the enumerated expectation, lambda = 1, as a share of it",
    "coupled",
  ),
  "bias, full mask": relativeBias(
    "full-mask estimate minus the enumerated expectation with its weights divided out (lambda = 1), " +
      "as a share of it",
    "full-mask",
  ),
  "variance ratio": variances(
    "variance of a token's estimate, coupled over de-coupled, lambda = 1",
    tokenVariance,
    1,
  ),
  "variance ratio, 4 pairs": variances("the same with lambda = 4", tokenVariance, 4),
  "variance ratio, enumerated": variances("the same by enumeration", exactVariance, 1),
  reduction: reductions("reduction of the variance over v_k^2 / (2N), lambda = 1", tokenVariance, 1),
  "reduction, 4 pairs": reductions("the same with lambda = 4", tokenVariance, 4),
  "reduction, enumerated": reductions("the same by enumeration", exactVariance, 1),
  ...exponentMeasures,
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;
