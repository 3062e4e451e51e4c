/**
 * GRPO on a masked-diffusion policy: a loop over rollouts, rewards, advantages and clipped updates (DiffuCoder §5). It owns
 * no files, clock or sandbox; each step depends on its number and the state alone, so a run can go on from any record.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { CompileOptions } from "../compile/compile.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import type { AdamWConfig } from "../train/adamw.js";
import { learningRate, type LearningRateConfig } from "../train/learning-rate.js";
import type { OptimizerState } from "../train/train-step.js";
import { groupAdvantages, type Baseline } from "./advantages.js";
import { completionMask } from "./completion-mask.js";
import type { ScoredCompletions } from "./estimate-plan.js";
import type { GrpoLossConfig } from "./grpo-loss.js";
import { createGrpoStep, createLogpEstimator, type GrpoStep, type LogpEstimator } from "./grpo-step.js";
import { drawPasses, type MaskEstimator } from "./mask-estimator.js";
import type { RolloutBatch } from "./rollouts.js";
import { meanStatistics, updateStatistics, type UpdateStatistics } from "./update-statistics.js";

export interface GrpoConfig extends MaskEstimator {
  /** batches of rollouts */
  readonly steps: number;
  /** G, completions a prompt */
  readonly groupSize: number;
  /** mu, updates made from one whole batch, each under masks of its own (paper and public code agree there: mask-schedule.ts) */
  readonly iterations: number;
  readonly baseline: Baseline;
  /** divide advantages by the group's standard deviation */
  readonly scaleRewards: boolean;
  readonly loss: GrpoLossConfig;
  /** the reference model is synced after every so many updates */
  readonly referenceEvery: number;
  /** the policy's share in the synced reference; 1 copies the policy */
  readonly referenceMix: number;
  /** over updates, not steps */
  readonly rate: LearningRateConfig;
  readonly adamW: AdamWConfig;
}

/** What a run goes on from. */
export interface GrpoState {
  readonly policy: OptimizerState;
  readonly reference: Parameters;
}

/** What is needed of a reward; it may say more. */
export interface Rewarded {
  readonly total: number;
}

/** One step done. */
export interface GrpoRecord<R extends Rewarded> extends RolloutBatch<R> {
  /** counted from 0 */
  readonly step: number;
  readonly rewarded: readonly R[];
  /** one a completion */
  readonly advantages: readonly number[];
  /** means over the updates */
  readonly loss: number;
  readonly gradNorm: number;
  readonly statistics: UpdateStatistics;
  /** of the last update */
  readonly rate: number;
  /** after the step; borrowed until the next record is asked for, the caller's after the last one */
  readonly state: GrpoState;
}

/** The completions of a step by the policy of now (borrowed). */
export type RolloutSource<R> = (step: number, policy: Parameters) => Promise<RolloutBatch<R>>;

/**
 * Steps `from` to `config.steps` - 1; consumes `state`.
 * @param rng draws the masks
 * @param options how estimates and updates are compiled
 * @throws UserError when a loss is not finite or rewards fail: the state of the last record is the last good one
 */
export async function* grpoTrainer<R extends Rewarded>(
  model: DenoiserConfig,
  state: GrpoState,
  from: number,
  config: GrpoConfig,
  rollouts: RolloutSource<R>,
  rng: Rng,
  options: Partial<CompileOptions> = {},
): AsyncGenerator<GrpoRecord<R>> {
  const names = [...state.policy.parameters.keys()];
  const update = createGrpoStep(model, names, config.adamW, config.loss, options);
  const estimate = createLogpEstimator(model, names, options);
  let current = state;
  try {
    for (let step = from; step < config.steps; step++) {
      const batch = await rollouts(step, current.policy.parameters);
      const masked = maskings(model, config, batch, rng.split(step));
      const known = knownEstimates(estimate, current, masked, config); // while the last programs run
      const rewarded = await rewardsOf(batch, step);
      const totals = rewarded.map(reward => reward.total);
      const advantages = groupAdvantages(totals, config.groupSize, config.baseline, config.scaleRewards);
      const done = updates(update, current, { masked, known, advantages }, config, step);
      current = done.state;
      yield { ...batch, ...done, step, rewarded, advantages };
    }
  } finally {
    update.dispose();
    estimate.dispose();
  }
}

/** The completions under the fresh masks of each of the mu updates; old, new and reference see the same ones. */
function maskings(
  model: DenoiserConfig,
  config: GrpoConfig,
  { trajectories }: RolloutBatch<unknown>,
  rng: Rng,
): ScoredCompletions[] {
  const promptIds = trajectories.map(t => t.promptIds);
  const completionIds = trajectories.map(t => t.completionIds);
  const completionMasks = completionIds.map(ids => completionMask(ids, model.eosTokenId));
  const lengths = trajectories.map((t, b) => ({ prompt: promptIds[b].length, completion: t.completionIds.length })); // prettier-ignore
  return Array.from({ length: config.iterations }, (_, iteration) => {
    const passes = drawPasses(config, lengths, rng.split(iteration));
    return { promptIds, completionIds, completionMasks, passes };
  });
}

/** Estimates under the masks of one update that must be taken before the first one. */
interface Known {
  /** of the policy that made the rollouts; null for the first update, whose ratio is 1 */
  readonly oldLogps: Float32Array | null;
  readonly refLogps: Float32Array | null;
}

function knownEstimates(
  estimate: LogpEstimator,
  { policy, reference }: GrpoState,
  masked: readonly ScoredCompletions[],
  { loss }: GrpoConfig,
): Known[] {
  return masked.map((scored, iteration) => ({
    oldLogps: iteration === 0 ? null : estimate(policy.parameters, scored),
    refLogps: loss.beta === 0 ? null : estimate(reference, scored),
  }));
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
      `rl: the rewards of step ${step} failed (${cause}); mend their cause and go on from the last checkpoint with --resume.`,
    );
  }
  const wrong = rewards.findIndex(reward => !Number.isFinite(reward.total));
  if (wrong >= 0 || rewards.length !== batch.trajectories.length) {
    const got = wrong >= 0 ? `completion ${wrong} has ${rewards[wrong].total}` : `${rewards.length} came`;
    throw new UserError(
      `rl: step ${step} needs ${batch.trajectories.length} finite rewards, but ${got}; correct the reward function.`,
    );
  }
  return rewards;
}

/** The mu updates of a step, and the reference synced where its turn comes. */
function updates(
  update: GrpoStep,
  start: GrpoState,
  { masked, known, advantages }: { readonly masked: readonly ScoredCompletions[]; readonly known: readonly Known[]; readonly advantages: readonly number[] }, // prettier-ignore
  config: GrpoConfig,
  step: number,
): Pick<GrpoRecord<Rewarded>, "state" | "loss" | "gradNorm" | "statistics" | "rate"> {
  const total = config.steps * config.iterations;
  const seen: UpdateStatistics[] = [];
  let [state, loss, gradNorm, rate] = [start, 0, 0, 0];
  masked.forEach((scored, iteration) => {
    const index = step * config.iterations + iteration;
    rate = learningRate(index, total, config.rate);
    const batch = { ...scored, ...known[iteration], advantages };
    const result = update(state.policy, batch, rate, index);
    state = synced({ policy: result.state, reference: state.reference }, index + 1, config);
    if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradNorm)) {
      throw new UserError(
        `rl: the loss became ${result.loss} and its gradient ${result.gradNorm} at step ${step}; start another run with a lower rate.peak (the last checkpoint is kept).`,
      );
    }
    seen.push(updateStatistics({ ...batch, logps: result.logps }, config.loss));
    loss += result.loss / config.iterations;
    gradNorm += result.gradNorm / config.iterations;
  });
  return { state, loss, gradNorm, rate, statistics: meanStatistics(seen) };
}

function synced(state: GrpoState, updatesDone: number, config: GrpoConfig): GrpoState {
  if (updatesDone % config.referenceEvery !== 0) return state;
  const { policy, reference } = state;
  const mixed = new Map(
    [...policy.parameters].map(([name, value]) => {
      const before = reference.get(name) as tf.Tensor;
      const next = tf.tidy(() =>
        tf.add(tf.mul(value, config.referenceMix), tf.mul(before, 1 - config.referenceMix)),
      );
      before.dispose();
      return [name, next];
    }),
  );
  return { policy, reference: mixed };
}
