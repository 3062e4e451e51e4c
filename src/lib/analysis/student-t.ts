/**
 * Student's t by its angle: with t = sqrt(df) tan(a) the density is a power of the cosine, cos(a)^(df - 1),
 * so that tails of any number of degrees of freedom, whole or not, are ratios of two plain integrals.
 */

/**
 * Intervals of Simpson's rule: the quantiles of printed tables come out to their last digit from 1 to 1,000
 * degrees.
 */
const intervals = 400;

/** Probability that |T| exceeds |t|. @param df degrees of freedom, 1 or more */
export function twoSidedTail(t: number, df: number): number {
  if (Number.isNaN(t) || Number.isNaN(df)) return NaN;
  const from = Math.atan(Math.abs(t) / Math.sqrt(df));
  return cosinePower(from, df - 1) / cosinePower(0, df - 1);
}

const quantiles = new Map<string, number>();

/** The t that |T| exceeds with probability 1 - `level`: 4.303 at 0.95 with two degrees of freedom. */
export function tQuantile(level: number, df: number): number {
  const key = `${level} ${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 50; i++) {
    const angle = (low + high) / 2;
    if (cosinePower(angle, df - 1) > (1 - level) * cosinePower(0, df - 1)) low = angle;
    else high = angle;
  }
  const found = Math.sqrt(df) * Math.tan((low + high) / 2);
  quantiles.set(key, found);
  return found;
}

/** Integral of cos(a)^power from `from` to a right angle. */
function cosinePower(from: number, power: number): number {
  const to = Math.min(Math.PI / 2, from + reach(power));
  const h = (to - from) / intervals;
  let sum = Math.cos(from) ** power + Math.max(0, Math.cos(to)) ** power;
  for (let i = 1; i < intervals; i++) sum += (i % 2 === 1 ? 4 : 2) * Math.cos(from + i * h) ** power;
  return (sum * h) / 3;
}

/** Angle beyond which a high power of the cosine is nothing: the rule's points are better spent before it. */
function reach(power: number): number {
  return 12 / Math.sqrt(Math.max(1, power));
}
