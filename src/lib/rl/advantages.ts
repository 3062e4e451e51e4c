/**
 * From rewards to advantages, group by group. The paper's main result subtracts the
 * group's mean; the public code has the leave-one-out baseline hard-wired, which is
 * G/(G-1) times that (Table 2's "LOO"). Float64; the reference is float32.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";

export const baselines = ["group-mean", "leave-one-out"] as const;
export type Baseline = (typeof baselines)[number];

/** Added to the standard deviation before dividing (TRL's value). */
const scaleEpsilon = 1e-4;

/**
 * Weighted sum of a completion's rewards; one that a function did not give (null) is left out.
 * @param weights one per reward function
 */
export function totalReward(rewards: readonly (number | null)[], weights: readonly number[]): number {
  return rewards.reduce<number>((sum, reward, i) => sum + (reward ?? 0) * weights[i], 0);
}

/**
 * Advantages [N] of N rewards in groups of `groupSize` that follow one another.
 * @param scaled divide by the group's standard deviation (the public recipe does not)
 * @throws UserError when the rewards do not make whole
 *   groups, or a group of one has nothing to be compared with
 */
export function groupAdvantages(
  rewards: readonly number[],
  groupSize: number,
  baseline: Baseline,
  scaled = false,
): number[] {
  return groupsOf(rewards, groupSize, baseline === "leave-one-out" || scaled).flatMap(group => {
    const sum = group.reduce((a, b) => a + b, 0);
    const base = (r: number) => (baseline === "group-mean" ? sum / groupSize : (sum - r) / (groupSize - 1));
    const scale = scaled ? groupDeviation(group) + scaleEpsilon : 1;
    return group.map(r => (r - base(r)) / scale);
  });
}

/** Every group's rewards in another order: the same advantages, for completions that did not earn them. */
export function shuffledWithin(rewards: readonly number[], groupSize: number, rng: Rng): number[] {
  return groupsOf(rewards, groupSize, false).flatMap(group => rng.shuffle(group));
}

/** Standard deviation of each group, dividing by G - 1. */
export function groupDeviations(rewards: readonly number[], groupSize: number): number[] {
  return groupsOf(rewards, groupSize, true).map(groupDeviation);
}

function groupDeviation(group: readonly number[]): number {
  const mean = group.reduce((a, b) => a + b, 0) / group.length;
  return Math.sqrt(group.reduce((a, r) => a + (r - mean) ** 2, 0) / (group.length - 1));
}

function groupsOf(rewards: readonly number[], size: number, comparing: boolean): number[][] {
  if (!Number.isInteger(size) || size < 1 || rewards.length % size !== 0) {
    throw new UserError(
      `advantages: ${rewards.length} rewards do not make groups of ${size}; pass every completion of ` +
        "every group.",
    );
  }
  if (comparing && size === 1) {
    throw new UserError(
      "advantages: a group of one has no others and no spread; draw two completions a prompt or more, " +
        "or take the group mean unscaled.",
    );
  }
  return Array.from({ length: rewards.length / size }, (_, g) => rewards.slice(g * size, (g + 1) * size));
}
