/**
 * F7, N9: reward and pass@1 on held-out problems in the course of reinforcement learning, as differences
 * between estimators, and what the steps log.
 */
import { curvesFigure, distinct } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** A point of a curve of differences: an estimator less the one of reference, or that one less its start. */
export interface HeldOutDifferenceRow extends MeasuredRow {
  readonly estimator: string;
  /** what is taken away: the reference, or "its start" */
  readonly minus: string;
  readonly sampling: "rollout" | "cold";
  readonly measure: "reward" | "base" | "plus";
  /** RL steps done before */
  readonly step: number;
}

const rows = [
  {
    yTitle: "reward",
    of: [
      ["reward", "rollout", "rollout temperature"],
      ["reward", "cold", "T 0.2"],
    ],
  },
  {
    yTitle: "pass@1 at T 0.2",
    of: [
      ["base", "cold", "base tests"],
      ["plus", "cold", "plus tests"],
    ],
  },
] as const;

/**
 * DiffuCoder Fig. 7 and 12, on a fixed held-out set: first the gain of the estimator of reference over its
 * start, then what each of the others has more or less than it, all on one scale.
 */
export function rewardDifferencesFigure(
  points: readonly HeldOutDifferenceRow[],
  source: FigureSource,
  name = "f7-reward-curves",
): FigureSpec {
  const estimators = distinct(points, row => row.estimator);
  const references = distinct(
    points.filter(row => row.minus === "its start"),
    row => row.estimator,
  );
  const columns = [...references, ...estimators.filter(estimator => !references.includes(estimator))];
  const curves = rows.flatMap(({ yTitle, of }, row) =>
    columns.flatMap(estimator =>
      of.flatMap(([measure, sampling, series]) =>
        points
          .filter(p => p.estimator === estimator && p.measure === measure && p.sampling === sampling)
          .map(p => ({ ...p, panel: panelTitle(p, row), series, x: p.step, yTitle })),
      ),
    ),
  );
  return curvesFigure(curves, source, {
    name,
    title: "What each estimator earns on held-out problems, less the estimator of reference",
    xTitle: "RL steps",
    yTitle: Object.fromEntries(curves.map(({ panel, yTitle }) => [panel, yTitle])),
    columns: sideBySide(columns.length),
    reference: { at: 0, label: "" },
    sharedY: true,
    panelScale: 0.64,
  });
}

/** Panels in a row: all, or half of many, whose titles would stand a word to a line. */
function sideBySide(count: number): number {
  return count > 4 && count % 2 === 0 ? count / 2 : count;
}

/** "full-mask less coupled", the second row with what it measures */
function panelTitle({ estimator, minus }: HeldOutDifferenceRow, row: number): string {
  return `${estimator} less ${minus}${row === 0 ? "" : ", pass@1"}`;
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
