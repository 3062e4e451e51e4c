/** How many positions are committed at each step. Dream's and LLaDA's public codes differ: both are here. */

/** Dream's times end here, not at 0. */
const dreamEps = 1e-3;

/**
 * Dream: times run evenly from 1 to `eps`; of `masked` positions floor(masked
 * (1 - t_next / t)) are committed, all at the last step. With steps = length
 * the first step commits nothing and the last two. Float32, as the public code.
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
 * The i-th of steps + 1 evenly spaced float32 times from 1 to `end`, bit for bit as torch.linspace on every
 * processor with fused multiply-add: the stride is rounded, its multiple is not, and the second half is
 * counted from the end. A double holds multiple and sum exactly (24 bits of stride, at most 28 of i), so
 * there is one rounding.
 */
function dreamTime(i: number, steps: number, end: number): number {
  const eps = Math.fround(end);
  const stride = Math.fround(Math.fround(eps - 1) / steps);
  const firstHalf = i < Math.floor((steps + 1) / 2);
  return Math.fround(firstHalf ? 1 + stride * i : eps - stride * (steps - i));
}

/**
 * How much of a text is left at time t of [0, 1] (alpha): at 0 all of it, at 1 nothing [dllm's schedulers].
 */
export const maskSchedules = ["linear", "cosine"] as const;
export type MaskSchedule = (typeof maskSchedules)[number];

/**
 * dllm: tokens committed at each of at most `steps` steps, of `masked` positions. Times run evenly from 1 to
 * 0; of what is left at time t, n (1 - r) are committed, r the share of masks that is still there at the next
 * time, rounded half to even. Steps that would commit nothing are left out. Schedule and share in float32,
 * the product in float64, as the public code.
 */
export function dllmTokensPerStep(masked: number, steps: number, schedule: MaskSchedule): number[] {
  const counts: number[] = [];
  let left = masked;
  for (let k = steps; k > 0 && left > 0; k--) {
    const [open, next] = [k / steps, (k - 1) / steps].map(t =>
      Math.fround(1 - alpha(Math.fround(t), schedule)),
    );
    const share = 1 - Math.fround(next / open);
    const count = Math.min(left, roundHalfToEven(left * share));
    if (count > 0) counts.push(count);
    left -= count;
  }
  return counts;
}

function alpha(t: number, schedule: MaskSchedule): number {
  if (schedule === "linear") return Math.fround(1 - t);
  const angle = Math.fround(Math.fround(Math.PI / 2) * Math.fround(1 - t));
  return Math.fround(1 - Math.fround(Math.cos(angle)));
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** LLaDA: `length` positions over `steps` steps, evenly, the first steps taking the remainder. */
export function lladaQuota(length: number, step: number, steps: number): number {
  return Math.floor(length / steps) + (step < length % steps ? 1 : 0);
}
