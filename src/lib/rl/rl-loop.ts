/**
 * Reinforcement learning as a loop over rollouts, rewards, advantages and
 * updates, whatever is learned. It owns no files, clock or sandbox; each step
 * depends on its number and the state alone, so a run can go on from any record.
 */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import { groupAdvantages, shuffledWithin, type Baseline } from "./advantages.js";
import type { RolloutBatch } from "./rollouts.js";
import type { UpdateStatistics } from "./update-statistics.js";

/**
 * Whose reward a completion is credited with: its own, or that
 * of another of its group, a control that can teach nothing.
 */
export const rewardCredits = ["own", "shuffled"] as const;
export type RewardCredit = (typeof rewardCredits)[number];

export interface RlLoopConfig {
  /** batches of rollouts */
  readonly steps: number;
  /** G, completions a prompt */
  readonly groupSize: number;
  readonly baseline: Baseline;
  /** divide advantages by the group's standard deviation */
  readonly scaleRewards: boolean;
  /** absent: "own" */
  readonly credit?: RewardCredit;
}

/** What is needed of a reward; it may say more. */
export interface Rewarded {
  readonly total: number;
}

/** What the updates of a step came to. */
export interface Updated<S> {
  /** after the step; borrowed until the next record is asked for, the caller's after the last one */
  readonly state: S;
  /** means over the updates */
  readonly loss: number;
  readonly gradNorm: number;
  readonly statistics: UpdateStatistics;
  /** of the last update */
  readonly rate: number;
}

/** One step done. */
export interface RlRecord<R extends Rewarded, S> extends RolloutBatch<R>, Updated<S> {
  /** counted from 0 */
  readonly step: number;
  readonly rewarded: readonly R[];
  /** one a completion */
  readonly advantages: readonly number[];
}

/** What learns. `P` is what can be made ready while the last programs of a batch still run. */
export interface Learner<S, P> {
  readonly prepare: (batch: RolloutBatch<unknown>, state: S, step: number) => P;
  /** Consumes `state`. @throws UserError when a loss is not finite */
  readonly update: (prepared: P, state: S, advantages: readonly number[], step: number) => Updated<S>;
  dispose(): void;
}

/**
 * Steps `from` to `config.steps` - 1; consumes `state` and disposes the learner.
 * @param rollouts the completions of a step by the state of now (borrowed)
 * @param rng of the control that shuffles rewards
 * @throws UserError when an update or the rewards fail: the state of the last record is the last good one
 */
export async function* rlLoop<R extends Rewarded, S, P>(
  learner: Learner<S, P>,
  state: S,
  from: number,
  config: RlLoopConfig,
  rollouts: (step: number, state: S) => Promise<RolloutBatch<R>>,
  rng: Rng,
): AsyncGenerator<RlRecord<R, S>> {
  let current = state;
  try {
    for (let step = from; step < config.steps; step++) {
      const batch = await rollouts(step, current);
      const prepared = learner.prepare(batch, current, step);
      const rewarded = await rewardsOf(batch, step);
      const totals = rewarded.map(reward => reward.total);
      const credited =
        config.credit === "shuffled" ? shuffledWithin(totals, config.groupSize, rng.split(step)) : totals;
      const advantages = groupAdvantages(credited, config.groupSize, config.baseline, config.scaleRewards);
      const done = learner.update(prepared, current, advantages, step);
      current = done.state;
      yield { ...batch, ...done, step, rewarded, advantages };
    }
  } finally {
    learner.dispose();
  }
}

/** @throws UserError for rewards that could not be had, or are not one finite number a completion */
async function rewardsOf<R extends Rewarded>(batch: RolloutBatch<R>, step: number): Promise<readonly R[]> {
  let rewards: readonly R[];
  try {
    rewards = await batch.rewards;
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error; // somebody's wish, no failure
    const cause = (error as Error).message.replace(/\.$/, "");
    throw new UserError(
      `rl: the rewards of step ${step} failed (${cause}); mend their cause, and the run goes on from ` +
        "its last checkpoint.",
    );
  }
  const wrong = rewards.findIndex(reward => !Number.isFinite(reward.total));
  if (wrong >= 0 || rewards.length !== batch.trajectories.length) {
    const got = wrong >= 0 ? `completion ${wrong} has ${rewards[wrong].total}` : `${rewards.length} came`;
    throw new UserError(
      `rl: step ${step} needs ${batch.trajectories.length} finite rewards, but ${got}; correct the ` +
        "reward function.",
    );
  }
  return rewards;
}
