/**
 * Exact moments of mask estimators (DiffuCoder A.4) by enumeration: of a short completion every set of masked
 * tokens is scored once, and what an estimator does on average follows without drawing a mask.
 *
 * X = [k in M] log p(k | M) / t is what one pass with ratio t adds for token k. Its expectation over M and t
 * is v_k. Both passes of a pair, at t and 1 - t, have this distribution when t is drawn evenly around 1/2. A
 * token is in one mask of a coupled pair, so the product of the two is always 0 and their covariance -v_k^2
 * (A.4). Masks drawn one without the other at the same t share only t: the product's expectation is that of
 * mu(t) mu(1 - t), with mu(t) the mean of log p(k | M) over masks at t that hold k; v_k^2 again where mu does
 * not depend on t.
 */

/** Log-probabilities by set of masked tokens. */
export interface MaskTable {
  /** n */
  readonly tokens: number;
  /** [2^n, n] nats; row m is the set whose bit k says that token k is masked. Read only where it is. */
  readonly logps: ArrayLike<number>;
}

/** Of every token [n]. */
export interface MaskMoments {
  /** log p with everything masked: no chance in it */
  readonly fullMask: Float64Array;
  /** v_k, expectation of X: nats */
  readonly mean: Float64Array;
  /** expectation of X^2 */
  readonly square: Float64Array;
  /** expectation over t of mu(t) mu(1 - t) */
  readonly product: Float64Array;
}

export const pairEstimators = ["coupled", "de-coupled"] as const;
export type PairEstimator = (typeof pairEstimators)[number];

/** Intervals of Simpson's rule: 1/t, the steepest integrand, is then exact to 1e-8 on [0.2, 0.8]. */
const intervals = 200;

/** @param range of t, uniform, with its middle at 1/2 */
export function maskMoments(table: MaskTable, [low, high]: readonly [number, number]): MaskMoments {
  const n = table.tokens;
  const [sums, squares] = sumsBySize(table);
  const at = (of: Float64Array, k: number, t: number) => {
    let total = 0;
    for (let m = 1; m <= n; m++) total += of[k * (n + 1) + m] * t ** (m - 1) * (1 - t) ** (n - m);
    return total;
  };
  const average = (f: (t: number) => number) => simpson(f, low, high) / (high - low);
  const tokens = Array.from({ length: n }, (_, k) => k);
  const all = (f: (k: number) => number) => Float64Array.from(tokens, f);
  return {
    fullMask: all(k => table.logps[(2 ** n - 1) * n + k]),
    mean: all(k => average(t => at(sums, k, t))),
    square: all(k => average(t => at(squares, k, t) / t)),
    product: all(k => average(t => at(sums, k, t) * at(sums, k, 1 - t))),
  };
}

/** What an estimate with `pairs` pairs is on average, of a token whose moments are `fullMask` and `mean`. */
export function expectedEstimate(fullMask: number, mean: number, pairs: number): number {
  return (fullMask + 2 * pairs * mean) / (pairs + 1);
}

/**
 * Its weights on average: estimates with another number of passes are comparable only when divided by theirs.
 */
export function expectedWeight(pairs: number): number {
  return expectedEstimate(1, 1, pairs);
}

/** Variance of an estimate of token k. */
export function estimateVariance(
  kind: PairEstimator,
  { mean, square, product }: MaskMoments,
  k: number,
  pairs: number,
): number {
  const together = kind === "coupled" ? 0 : product[k];
  return (pairs * (2 * square[k] + 2 * together - 4 * mean[k] ** 2)) / (pairs + 1) ** 2;
}

/**
 * By how much A.4 says that coupling lowers the variance: v_k^2 / (2N), N = 1 pair; for more, in the public
 * code's division by N + 1, where A.4 divides by 2N.
 */
export function predictedReduction(meanSquared: number, pairs: number): number {
  return (2 * pairs * meanSquared) / (pairs + 1) ** 2;
}

/** Sums of log p and of its square over the sets of m masked tokens that hold k, at [k * (n + 1) + m]. */
function sumsBySize({ tokens: n, logps }: MaskTable): readonly [Float64Array, Float64Array] {
  const [sums, squares] = [0, 1].map(() => new Float64Array(n * (n + 1)));
  for (let set = 1; set < 2 ** n; set++) {
    let size = 0;
    for (let k = 0; k < n; k++) size += (set >> k) & 1;
    for (let k = 0; k < n; k++) {
      if (((set >> k) & 1) === 0) continue;
      sums[k * (n + 1) + size] += logps[set * n + k];
      squares[k * (n + 1) + size] += logps[set * n + k] ** 2;
    }
  }
  return [sums, squares];
}

function simpson(f: (t: number) => number, low: number, high: number): number {
  const h = (high - low) / intervals;
  let total = f(low) + f(high);
  for (let i = 1; i < intervals; i++) total += (i % 2 === 1 ? 4 : 2) * f(low + i * h);
  return (total * h) / 3;
}
