/** Pairing of runs in which some samples have no value: one that ends at once has no order and so no AR-ness. */
import type { SampleUnit } from "./by-group.js";

/** The rows of two runs whose seed and problem have a value (no NaN) in both, ready for `pairedDifference`. */
export function valuedPairs<R extends SampleUnit>(
  after: readonly R[],
  before: readonly R[],
  value: (row: R) => number,
): [R[], R[]] {
  const unit = (row: R) => JSON.stringify([row.seed, row.problem]);
  const sides = [after, before].map(rows => rows.filter(row => !Number.isNaN(value(row))));
  const [inAfter, inBefore] = sides.map(rows => new Set(rows.map(unit)));
  return [sides[0].filter(row => inBefore.has(unit(row))), sides[1].filter(row => inAfter.has(unit(row)))];
}
