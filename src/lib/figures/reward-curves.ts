/**
 * F7, N9: reward and pass@1 on held-out problems in the
 * course of reinforcement learning, and what its steps log.
 */
import { curvesFigure } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** A point of a held-out curve. */
export interface HeldOutCurveRow extends MeasuredRow {
  readonly estimator: string;
  readonly sampling: "rollout" | "cold";
  readonly measure: "reward" | "base" | "plus";
  /** RL steps done before */
  readonly step: number;
}

const panels = [
  { measure: "reward", sampling: "rollout", title: "rollout temperature", yTitle: "reward" },
  { measure: "reward", sampling: "cold", title: "T 0.2", yTitle: "reward" },
  { measure: "base", sampling: "cold", title: "T 0.2, base tests", yTitle: "pass@1" },
  { measure: "plus", sampling: "cold", title: "T 0.2, plus tests", yTitle: "pass@1" },
] as const;

/** DiffuCoder Fig. 7 and 12, on a fixed held-out set: a curve per estimator. */
export function rewardCurvesFigure(
  rows: readonly HeldOutCurveRow[],
  source: FigureSource,
  name = "f7-reward-curves",
): FigureSpec {
  const curves = panels.flatMap(({ measure, sampling, title }) =>
    rows
      .filter(row => row.measure === measure && row.sampling === sampling)
      .map(row => ({ ...row, panel: title, series: row.estimator, x: row.step })),
  );
  return curvesFigure(curves, source, {
    name,
    title: "Held-out problems in the course of reinforcement learning",
    xTitle: "RL steps",
    yTitle: Object.fromEntries(panels.map(({ title, yTitle }) => [title, yTitle])),
    xWhole: true,
  });
}

/** What a run logs of its steps, averaged over a few. */
export interface CourseRow extends MeasuredRow {
  readonly estimator: string;
  readonly measure: "reward" | "klMedian" | "gradNorm" | "globalArness";
  readonly step: number;
}

const courses = [
  { measure: "reward", title: "training reward", yTitle: "reward" },
  { measure: "klMedian", title: "distance to the reference model", yTitle: "median k3, nats" },
  { measure: "gradNorm", title: "gradient before clipping", yTitle: "norm" },
  { measure: "globalArness", title: "order of the rollouts", yTitle: "global AR-ness@1" },
] as const;

/** The steps' own log: rewards of the rollouts that were learned from, and what the updates did. */
export function rlCourseFigure(rows: readonly CourseRow[], source: FigureSource): FigureSpec {
  const curves = courses.flatMap(({ measure, title }) =>
    rows
      .filter(row => row.measure === measure)
      .map(row => ({ ...row, panel: title, series: row.estimator, x: row.step })),
  );
  return curvesFigure(curves, source, {
    name: "f7-training",
    title: "Reinforcement learning, step by step",
    xTitle: "RL steps",
    yTitle: Object.fromEntries(courses.map(({ title, yTitle }) => [title, yTitle])),
  });
}
