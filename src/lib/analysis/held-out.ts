/**
 * Answers to a fixed list of held-out problems in the course of
 * reinforcement learning: curves, and how two estimators differ.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import {
  bootstrapDefaults,
  crossedBootstrapMeans,
  mean,
  type BootstrapConfig,
  type BySeed,
  type Interval,
} from "./bootstrap.js";
import { groupRows, unitsOf, type SampleUnit } from "./by-group.js";

/** The columns of a held-out log that curves need; `seed` is that of the RL run. */
export interface HeldOutAnswer extends SampleUnit {
  readonly estimator: string;
  /** RL steps done before */
  readonly step: number;
  /** "rollout": at the temperature of the run's rollouts; "cold": at T 0.2 */
  readonly sampling: "rollout" | "cold";
  /** weighted, at most 2.5 */
  readonly reward: number;
  readonly passedBase: boolean;
  readonly passedPlus: boolean;
}

/** Something a run, problem and scored step: [runs][problems][steps]. */
export interface Tracks<T = number> {
  readonly seeds: readonly number[];
  readonly problems: readonly string[];
  readonly steps: readonly number[];
  readonly values: BySeed<readonly T[]>;
}

/** What the curves show of every answer. */
export const heldOutMeasures = {
  reward: answer => answer.reward,
  base: answer => Number(answer.passedBase),
  plus: answer => Number(answer.passedPlus),
} as const satisfies Readonly<Record<string, (answer: HeldOutAnswer) => number>>;
export type HeldOutMeasure = keyof typeof heldOutMeasures;

/** A point of a curve: mean over runs and problems. */
export interface HeldOutPoint extends Interval {
  readonly estimator: string;
  readonly sampling: HeldOutAnswer["sampling"];
  readonly measure: HeldOutMeasure;
  readonly step: number;
  /** problems */
  readonly n: number;
  /** RL runs */
  readonly seeds: number;
}

/**
 * One value per run, problem and step.
 * @throws UserError when a run lacks a problem or a step that another has
 */
export function tracksOf(
  answers: readonly HeldOutAnswer[],
  value: (answer: HeldOutAnswer) => number,
): Tracks {
  return numbersOf(answerTracks(answers), value);
}

function numbersOf<T>(tracks: Tracks<T>, value: (answer: T) => number): Tracks {
  const values = tracks.values.map(problems => problems.map(track => track.map(value)));
  return { ...tracks, values };
}

/** The answers themselves, to take several values of: finding their places is most of the work. */
function answerTracks(answers: readonly HeldOutAnswer[]): Tracks<HeldOutAnswer> {
  const units = unitsOf(answers);
  const seeds = [...units.keys()].sort((a, b) => a - b);
  const problems = [...new Set(answers.map(answer => answer.problem))];
  const steps = [...new Set(answers.map(answer => answer.step))].sort((a, b) => a - b);
  const values = seeds.map(seed =>
    problems.map(problem => {
      const found = new Map(
        units
          .get(seed)
          ?.get(problem)
          ?.map(answer => [answer.step, answer] as const),
      );
      return steps.map(step => found.get(step) ?? missing(seed, problem, step));
    }),
  );
  return { seeds, problems, steps, values };
}

function missing(seed: number, problem: string, step: number): never {
  throw new UserError(
    `held-out curves: RL seed ${seed} has no answer to ${problem} after ${step} steps; compare ` +
      "finished runs of one recipe over the same problems.",
  );
}

/** One number of each run's mean curve, such as `secondHalf`: how far runs of one estimator differ. */
export function numberByRun(
  answers: readonly HeldOutAnswer[],
  value: (answer: HeldOutAnswer) => number,
  ofCurve: (curve: readonly number[], steps: readonly number[]) => number,
): number[] {
  const { steps, values } = tracksOf(answers, value);
  return values.map(run => ofCurve(meanTrack(run), steps));
}

/** Every measure's curve with its interval over runs and problems, by estimator and manner of sampling. */
export function heldOutCurves(
  answers: readonly HeldOutAnswer[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): HeldOutPoint[] {
  const measures = Object.keys(heldOutMeasures) as HeldOutMeasure[];
  return groupRows(answers, ({ estimator, sampling }) => ({ estimator, sampling })).flatMap(
    ({ group, rows }) => {
      const tracks = answerTracks(rows);
      return measures.flatMap(measure => {
        const { seeds, problems, steps, values } = numbersOf(tracks, heldOutMeasures[measure]);
        const stream = rng.split(JSON.stringify([group, measure]));
        const sizes = { n: problems.length, seeds: seeds.length };
        return crossedBootstrapMeans(values, config, stream).map((interval, i) => ({
          ...{ ...group, measure, step: steps[i] },
          ...interval,
          ...sizes,
        }));
      });
    },
  );
}

/** [steps] mean over lists of one length. */
export function meanTrack(tracks: readonly (readonly number[])[]): number[] {
  return tracks[0].map((_, i) => mean(tracks.map(track => track[i])));
}

/** The mean over the scored steps of the second half of a run, its end included. */
export function secondHalf(curve: readonly number[], steps: readonly number[]): number {
  return mean(curve.filter((_, i) => steps[i] >= steps[steps.length - 1] / 2));
}

/**
 * How far a curve lies below the highest that it has been,
 * on average over its points: 0 for one that never falls.
 */
export function meanFall(curve: readonly number[]): number {
  let highest = -Infinity;
  return mean(
    curve.map(value => {
      highest = Math.max(highest, value);
      return highest - value;
    }),
  );
}

/**
 * A point of a curve of differences: another estimator less the one of reference, paired by run and problem.
 */
export interface HeldOutDifference extends HeldOutPoint {
  readonly minus: string;
}

/**
 * Every estimator's curve less that of the reference, with its interval over the runs and problems that both
 * have; the reference's own less its start, so that the gain is seen beside what differs.
 */
export function heldOutDifferences(
  answers: readonly HeldOutAnswer[],
  reference: string,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): HeldOutDifference[] {
  const measures = Object.keys(heldOutMeasures) as HeldOutMeasure[];
  return groupRows(answers, ({ estimator, sampling }) => ({ estimator, sampling })).flatMap(
    ({ group, rows }) => {
      const others = answers.filter(a => a.estimator === reference && a.sampling === group.sampling);
      const [own, base] = shared(rows, others);
      if (own.length === 0 || base.length === 0) return [];
      const tracks = [own, base].map(answerTracks);
      return measures.flatMap(measure => {
        const [of, minus] = tracks.map(side => numbersOf(side, heldOutMeasures[measure]));
        const isReference = group.estimator === reference;
        const less = (run: number, problem: number, step: number) =>
          isReference ? of.values[run][problem][0] : minus.values[run][problem][step];
        const differences = of.values.map((problems, run) =>
          problems.map((track, problem) => track.map((value, step) => value - less(run, problem, step))),
        );
        const stream = rng.split(JSON.stringify([group, measure]));
        const sizes = { n: of.problems.length, seeds: of.seeds.length };
        const intervals = crossedBootstrapMeans(differences, config, stream);
        const named = { ...group, measure, minus: isReference ? "its start" : reference };
        return intervals.map((interval, i) => ({ ...named, step: of.steps[i], ...interval, ...sizes }));
      });
    },
  );
}

/** The answers of either side to runs, problems and steps that both have, in one order. */
function shared(
  of: readonly HeldOutAnswer[],
  minus: readonly HeldOutAnswer[],
): readonly [HeldOutAnswer[], HeldOutAnswer[]] {
  const key = ({ seed, problem, step }: HeldOutAnswer) => `${seed} ${step} ${problem}`;
  const [left, right] = [of, minus].map(side => new Set(side.map(key)));
  const both = (side: readonly HeldOutAnswer[], other: ReadonlySet<string>) =>
    side
      .filter(answer => other.has(key(answer)))
      .sort((a, b) => (a.problem < b.problem ? -1 : a.problem > b.problem ? 1 : 0));
  return [both(of, right), both(minus, left)];
}
