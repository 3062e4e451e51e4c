/** Trajectories read back from logs: which position came when, for colouring text and for maps of confidence. */
import { UserError } from "../core/errors.js";

/** [C] place of each position in the order, 0-based: the inverse of `order`. */
export function rankOf(order: ArrayLike<number>): Int32Array {
  const rank = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
}

/** The columns of a commits log. */
export interface CommittedToken {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  readonly rank: number;
  readonly step: number;
  readonly position: number;
  readonly token: string;
}

/** One decoded sample in reading order. C = completion length. */
export interface ReadSample {
  readonly run: string;
  readonly problem: string;
  readonly sample: number;
  /** [C] */
  readonly tokens: readonly string[];
  /** [C] place in the order committed, by position */
  readonly rank: readonly number[];
  /** [C] step, by position */
  readonly stepOf: readonly number[];
}

/**
 * The samples of a commits log, in the order of their first row.
 * @throws UserError when a sample lacks a position or has one twice (a log read before its run was done)
 */
export function samplesOfCommits(commits: readonly CommittedToken[]): ReadSample[] {
  const samples = new Map<string, CommittedToken[]>();
  for (const token of commits) {
    const key = JSON.stringify([token.run, token.problem, token.sample]);
    const tokens = samples.get(key);
    if (tokens === undefined) samples.set(key, [token]);
    else tokens.push(token);
  }
  return [...samples.values()].map(readingOrder);
}

function readingOrder(tokens: readonly CommittedToken[]): ReadSample {
  const { run, problem, sample } = tokens[0];
  const sorted = [...tokens].sort((a, b) => a.position - b.position);
  if (sorted.some((token, i) => token.position !== i)) {
    throw new UserError(
      `commits: sample ${sample} of ${problem} in ${run} does not have every position once; let the run finish first.`,
    );
  }
  return {
    run,
    problem,
    sample,
    tokens: sorted.map(t => t.token),
    rank: sorted.map(t => t.rank),
    stepOf: sorted.map(t => t.step),
  };
}

/** One cell of a map: what a position was worth before a step. */
export interface StepValue {
  readonly step: number;
  readonly position: number;
  readonly value: number;
}

/** [S, C] values by step and position; NaN where none was logged (DiffuCoder Fig. 9). */
export function stepMap(values: readonly StepValue[]): Float32Array[] {
  const steps = values.reduce((most, v) => Math.max(most, v.step + 1), 0);
  const length = values.reduce((most, v) => Math.max(most, v.position + 1), 0);
  const map = Array.from({ length: steps }, () => new Float32Array(length).fill(NaN));
  for (const { step, position, value } of values) map[step][position] = value;
  return map;
}

/**
 * Spearman's rank correlation between a token's position and its place in the order, over the first `length`
 * positions: 1 is left to right, -1 right to left. NaN for fewer than two positions.
 */
export function orderCorrelation(rank: ArrayLike<number>, length: number): number {
  const order = Array.from({ length }, (_, position) => position).sort((a, b) => rank[a] - rank[b]);
  let squares = 0;
  order.forEach((position, place) => (squares += (position - place) ** 2));
  return length < 2 ? NaN : 1 - (6 * squares) / (length * (length * length - 1));
}
