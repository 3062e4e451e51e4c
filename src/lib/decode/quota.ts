/** How many positions are committed at each step. Dream's and LLaDA's public codes differ: both are here. */

/** Dream's times end here, not at 0. */
const dreamEps = 1e-3;

/**
 * Dream: times run evenly from 1 to `eps`; of `masked` positions floor(masked (1 - t_next / t)) are committed, all at the last
 * step. With steps = length the first step commits nothing and the last two. Float32, as the public code.
 * @param step counted from 0, of `steps`
 */
export function dreamQuota(masked: number, step: number, steps: number, eps = dreamEps): number {
  return Math.floor(Math.fround(masked * dreamRevealProbability(step, steps, eps)));
}

/** Dream's "origin": the probability with which each masked position is revealed at a step; 1 at the last. */
export function dreamRevealProbability(step: number, steps: number, eps = dreamEps): number {
  if (step === steps - 1) return 1;
  return Math.fround(1 - Math.fround(dreamTime(step + 1, steps, eps) / dreamTime(step, steps, eps)));
}

/**
 * The i-th of steps + 1 evenly spaced float32 times from 1 to `end`, bit for bit as torch.linspace on every processor with
 * fused multiply-add: the stride is rounded, its multiple is not, and the second half is counted from the end. A double
 * holds multiple and sum exactly (24 bits of stride, at most 28 of i), so there is one rounding.
 */
function dreamTime(i: number, steps: number, end: number): number {
  const eps = Math.fround(end);
  const stride = Math.fround(Math.fround(eps - 1) / steps);
  const firstHalf = i < Math.floor((steps + 1) / 2);
  return Math.fround(firstHalf ? 1 + stride * i : eps - stride * (steps - i));
}

/** LLaDA: `length` positions over `steps` steps, evenly, the first steps taking the remainder. */
export function lladaQuota(length: number, step: number, steps: number): number {
  return Math.floor(length / steps) + (step < length % steps ? 1 : 0);
}
