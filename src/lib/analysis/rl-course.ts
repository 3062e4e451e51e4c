/**
 * What RL runs log of every step, averaged over a few steps:
 * training reward, distance to the reference, order of the rollouts.
 */
import { mean } from "./bootstrap.js";
import { groupRows } from "./by-group.js";

/** The columns of an rl log that the course of training shows. */
export interface RlStep {
  readonly estimator: string;
  readonly seed: number;
  readonly step: number;
  readonly rollouts: number;
  readonly reward: number;
  readonly klMedian: number;
  readonly gradNorm: number;
  readonly globalArness: number;
}

export const courseMeasures = ["reward", "klMedian", "gradNorm", "globalArness"] as const;
export type CourseMeasure = (typeof courseMeasures)[number];

/** The mean over runs, and the lowest and the highest run. */
export interface CoursePoint {
  readonly estimator: string;
  readonly measure: CourseMeasure;
  /** first step of those averaged */
  readonly step: number;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  /** rollouts */
  readonly n: number;
  /** RL runs */
  readonly seeds: number;
}

/** @param width steps averaged in a point; runs that are compared must be equally long */
export function rlCourse(steps: readonly RlStep[], width = 5): CoursePoint[] {
  const start = (row: RlStep) => Math.floor(row.step / width) * width;
  return groupRows(steps, row => ({ estimator: row.estimator, step: start(row) })).flatMap(
    ({ group, rows }) => {
      const runs = groupRows(rows, ({ seed }) => ({ seed })).map(run => run.rows);
      const n = rows.reduce((sum, row) => sum + row.rollouts, 0);
      return courseMeasures.map(measure => {
        const values = runs.map(run => mean(run.map(row => row[measure])));
        const ends = { lower: Math.min(...values), upper: Math.max(...values) };
        return { ...group, measure, mean: mean(values), ...ends, n, seeds: runs.length };
      });
    },
  );
}
