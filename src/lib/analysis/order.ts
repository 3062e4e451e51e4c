/**
 * Trajectories read back from logs: which position came when, for colouring text and for maps of confidence.
 */

/** [C] place of each position in the order, 0-based: the inverse of `order`. */
export function rankOf(order: ArrayLike<number>): Int32Array {
  const rank = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
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
