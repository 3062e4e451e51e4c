/**
 * The completions of a step, and their rewards as they
 * come: one part is rewarded while the next one is decoded.
 */
import type { Trajectory } from "../core/records.js";

export interface RolloutBatch<R> {
  /** groups of G completions of one prompt, one group after another */
  readonly trajectories: readonly Trajectory[];
  /** one a trajectory, in order; programs may still be running */
  readonly rewards: Promise<readonly R[]>;
}

/**
 * @param count completions in all
 * @param part decoded together
 * @param decode completions `from` to `to` - 1
 * @param reward one a trajectory; it waits for other processes, not for this one
 */
export async function rolloutBatch<R>(
  count: number,
  part: number,
  decode: (from: number, to: number) => Promise<readonly Trajectory[]>,
  reward: (trajectories: readonly Trajectory[], from: number) => Promise<readonly R[]>,
): Promise<RolloutBatch<R>> {
  const trajectories: Trajectory[] = [];
  const rewards: Promise<readonly R[]>[] = [];
  for (let from = 0; from < count; from += part) {
    const decoded = await decode(from, Math.min(from + part, count));
    trajectories.push(...decoded);
    const pending = reward(decoded, from);
    // reported when the rewards are asked for, not while the next part is decoded
    pending.catch(() => undefined);
    rewards.push(pending);
  }
  const all = Promise.all(rewards).then(parts => parts.flat());
  all.catch(() => undefined);
  return { trajectories, rewards: all };
}
