/**
 * Holm's correction: of many claims at once the chance that any is wrongly told from its bound stays at 5%.
 */

/**
 * Every p after the correction, in the order given; NaN, of what was not tested, stays and does not count.
 * The smallest of m is multiplied by m, the next by m - 1, and none is smaller than one before it.
 */
export function holm(ps: readonly number[]): number[] {
  const tested = ps.map((p, i) => ({ p, i })).filter(({ p }) => !Number.isNaN(p));
  const corrected = ps.map(() => NaN);
  let largest = 0;
  tested
    .sort((a, b) => a.p - b.p)
    .forEach(({ p, i }, place) => {
      largest = Math.max(largest, Math.min(1, p * (tested.length - place)));
      corrected[i] = largest;
    });
  return corrected;
}
