/**
 * Who sits where in a batch: equal canvases are asked about once, finished samples not at all. Graphs have
 * fixed shapes and recording one takes as long as several passes, so batches come in few sizes; what is
 * added is read and ignored.
 */

export interface Seats {
  /** samples that are asked about */
  readonly requested: readonly number[];
  /** of each sample, its place among those; undefined where it is not asked about */
  readonly seatOf: readonly (number | undefined)[];
  /** `requested`, filled up with the first of them to a size that a graph serves */
  readonly slots: readonly number[];
}

/** @param keys of the samples' canvases, equal for equal ones; null for a sample that is not asked about */
export function seated(keys: readonly (string | null)[]): Seats {
  const requested: number[] = [];
  const places = new Map<string, number>();
  const seatOf = keys.map((key, b) => {
    if (key === null) return undefined;
    const place = places.get(key) ?? requested.push(b) - 1;
    places.set(key, place);
    return place;
  });
  const count = roundedUp(requested.length, keys.length, [8, 4, 2, 1]);
  return { requested, seatOf, slots: Array.from({ length: count }, (_, i) => requested[i] ?? requested[0]) };
}

/** The whole or a share of it, the smallest that is enough. */
export function roundedUp(count: number, whole: number, shares: readonly number[]): number {
  return shares.map(share => Math.ceil(whole / share)).find(size => size >= count) as number;
}
