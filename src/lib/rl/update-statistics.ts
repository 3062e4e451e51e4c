/**
 * What one update is watched by, over the tokens that count.
 * The 1/t weights make outliers: hence medians beside means.
 */
import { exponentialOf } from "../core/exponent.js";
import type { GrpoLossConfig } from "./grpo-loss.js";

export interface UpdateStatistics {
  /**
   * mean, median and largest k3 term (nats), an estimate of KL(policy || reference); NaN without a reference
   */
  readonly kl: number;
  readonly klMedian: number;
  readonly klMax: number;
  /** share of tokens whose ratio lies below its bound while the advantage is negative */
  readonly clipLow: number;
  /** share of tokens whose ratio lies above its bound while the advantage is positive */
  readonly clipHigh: number;
}

export interface UpdateEstimates {
  /** [B * C] of the policy before the update */
  readonly logps: ArrayLike<number>;
  /** [B * C]; null where the ratio is 1 by definition */
  readonly oldLogps: ArrayLike<number> | null;
  /** [B * C]; null without a KL term */
  readonly refLogps: ArrayLike<number> | null;
  /** [C] each, 1 where a token counts */
  readonly completionMasks: readonly Uint8Array[];
  /** one a completion */
  readonly advantages: readonly number[];
}

export function updateStatistics(
  { logps, oldLogps, refLogps, completionMasks, advantages }: UpdateEstimates,
  { epsilonLow, epsilonHigh, exponents }: GrpoLossConfig,
): UpdateStatistics {
  const k3: number[] = [];
  let [tokens, low, high] = [0, 0, 0];
  completionMasks.forEach((mask, b) => {
    mask.forEach((counts, c) => {
      if (counts === 0) return;
      tokens++;
      const i = b * mask.length + c;
      const ratio = oldLogps === null ? 1 : exponentialOf(logps[i] - oldLogps[i], exponents);
      if (ratio < 1 - epsilonLow && advantages[b] < 0) low++;
      if (ratio > 1 + epsilonHigh && advantages[b] > 0) high++;
      const difference = refLogps === null ? NaN : refLogps[i] - logps[i];
      k3.push(exponentialOf(difference, exponents) - difference - 1);
    });
  });
  const sorted = k3.sort((a, b) => a - b);
  return {
    kl: sorted.reduce((sum, x) => sum + x, 0) / tokens,
    klMedian: sorted[Math.floor((tokens - 1) / 2)],
    klMax: sorted[tokens - 1],
    clipLow: low / tokens,
    clipHigh: high / tokens,
  };
}

/** Means over the updates of a step; the largest of the largest. */
export function meanStatistics(updates: readonly UpdateStatistics[]): UpdateStatistics {
  const mean = (of: (u: UpdateStatistics) => number) =>
    updates.reduce((sum, u) => sum + of(u), 0) / updates.length;
  return {
    kl: mean(u => u.kl),
    klMedian: mean(u => u.klMedian),
    klMax: updates.reduce((most, u) => Math.max(most, u.klMax), -Infinity),
    clipLow: mean(u => u.clipLow),
    clipHigh: mean(u => u.clipHigh),
  };
}
