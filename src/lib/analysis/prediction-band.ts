/** Where the curve of one more run of the same recipe is expected to lie, from a few runs of it. */
import { UserError } from "../core/errors.js";
import { mean, standardDeviation } from "./bootstrap.js";
import { meanTrack, tracksOf, type HeldOutAnswer } from "./held-out.js";
import { tQuantile } from "./student-t.js";

export interface PredictedPoint {
  /** RL steps done before */
  readonly step: number;
  readonly mean: number;
  /** 95% prediction interval of one more run's value: t(S - 1) sd sqrt(1 + 1/S) around the mean of S runs */
  readonly lower: number;
  readonly upper: number;
}

/**
 * The band for one more run scored on the same problems, point by point.
 * @throws UserError for a single run, which shows nothing of how far runs differ
 */
export function predictionBand(
  answers: readonly HeldOutAnswer[],
  value: (answer: HeldOutAnswer) => number,
): PredictedPoint[] {
  const { seeds, steps, values } = tracksOf(answers, value);
  if (seeds.length < 2)
    throw new UserError(
      "prediction band: one run does not show how far runs differ; give two or more of one recipe.",
    );
  const curves = values.map(meanTrack);
  const quantile = tQuantile(0.95, seeds.length - 1);
  return steps.map((step, i) => {
    const points = curves.map(curve => curve[i]);
    const half = quantile * standardDeviation(points) * Math.sqrt(1 + 1 / seeds.length);
    return { step, mean: mean(points), lower: mean(points) - half, upper: mean(points) + half };
  });
}

/** A point of a new run beside the band. */
export interface ComparedPoint extends PredictedPoint {
  readonly value: number;
  readonly inside: boolean;
}

/** A new run's curve against a band, at the steps that both have. */
export function againstBand(
  band: readonly PredictedPoint[],
  answers: readonly HeldOutAnswer[],
  value: (answer: HeldOutAnswer) => number,
): ComparedPoint[] {
  const { steps, values } = tracksOf(answers, value);
  const curve = meanTrack(values.flat());
  return band.flatMap(point => {
    const i = steps.indexOf(point.step);
    if (i < 0) return [];
    return [{ ...point, value: curve[i], inside: curve[i] >= point.lower && curve[i] <= point.upper }];
  });
}
