/** pass@k from n samples a problem, c of them correct (the unbiased estimator of arXiv 2107.03374, Eq. 1). */
import { UserError } from "../core/errors.js";

/** Samples of one problem and how many of them are correct. */
export interface SampleCounts {
  readonly n: number;
  readonly c: number;
}

/**
 * Probability that k of the n samples, drawn without replacement, hold a correct one: 1 - C(n-c, k) / C(n,
 * k), as a product, because the binomials overflow.
 * @throws UserError unless 0 <= c <= n and 1 <= k <= n, all whole
 */
export function passAtK({ n, c }: SampleCounts, k: number): number {
  const whole = Number.isInteger(n) && Number.isInteger(c) && Number.isInteger(k);
  if (!whole || c < 0 || c > n || k < 1 || k > n) {
    throw new UserError(
      `pass@k: n=${n} samples, c=${c} correct, k=${k} do not fit; pass 0 <= c <= n and 1 <= k <= n ` +
        "(draw more samples for a larger k).",
    );
  }
  let allWrong = 1;
  for (let i = 0; i < k; i++) allWrong *= Math.max(0, n - c - i) / (n - i);
  return 1 - allWrong;
}

/**
 * Mean of pass@k over problems.
 * @throws UserError when there is no problem, or as `passAtK`
 */
export function meanPassAtK(problems: readonly SampleCounts[], k: number): number {
  if (problems.length === 0) throw new UserError("pass@k: no problems to average; pass at least one.");
  return problems.reduce((sum, counts) => sum + passAtK(counts, k), 0) / problems.length;
}
