/**
 * GRPO on a masked-diffusion policy: clipped updates under
 * masks, in the loop of `rl-loop.ts` (DiffuCoder §5).
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { CompileOptions } from "../compile/compile.js";
import type { DenoiserConfig } from "../model/config.js";
import type { Parameters } from "../model/parameters.js";
import type { AdamWConfig, OptimizerState } from "../train/adamw.js";
import { learningRate, type LearningRateConfig } from "../train/learning-rate.js";
import { completionsOf, type ScoredCompletions } from "./estimate-plan.js";
import type { GrpoLossConfig } from "./grpo-loss.js";
import { createGrpoStep, createLogpEstimator, type GrpoStep, type LogpEstimator } from "./grpo-step.js";
import { drawPasses, type MaskEstimator } from "./mask-estimator.js";
import {
  rlLoop,
  type Learner,
  type Rewarded,
  type RlLoopConfig,
  type RlRecord,
  type Updated,
} from "./rl-loop.js";
import type { RolloutBatch } from "./rollouts.js";
import { meanStatistics, updateStatistics, type UpdateStatistics } from "./update-statistics.js";

export interface GrpoConfig extends MaskEstimator, RlLoopConfig {
  /**
   * mu, updates made from one whole batch, each under masks of
   * its own (paper and public code agree there: mask-schedule.ts)
   */
  readonly iterations: number;
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

/** One step done. */
export type GrpoRecord<R extends Rewarded> = RlRecord<R, GrpoState>;

/** The completions of a step by the policy of now (borrowed). */
export type RolloutSource<R> = (step: number, state: GrpoState) => Promise<RolloutBatch<R>>;

/**
 * Steps `from` to `config.steps` - 1; consumes `state`.
 * @param rng draws the masks
 * @param options how estimates and updates are compiled
 * @throws UserError when a loss is not finite or rewards
 *   fail: the state of the last record is the last good one
 */
export function grpoTrainer<R extends Rewarded>(
  model: DenoiserConfig,
  state: GrpoState,
  from: number,
  config: GrpoConfig,
  rollouts: RolloutSource<R>,
  rng: Rng,
  options: Partial<CompileOptions> = {},
): AsyncGenerator<GrpoRecord<R>> {
  const learner = grpoLearner(model, config, rng, options);
  return rlLoop(learner, state, from, config, rollouts, rng.split("credit"));
}

/** Masks, and the estimates that must be taken before the first update. */
interface Prepared {
  readonly masked: readonly ScoredCompletions[];
  readonly known: readonly Known[];
}

function grpoLearner(
  model: DenoiserConfig,
  config: GrpoConfig,
  rng: Rng,
  options: Partial<CompileOptions>,
): Learner<GrpoState, Prepared> {
  const update = createGrpoStep(model, config.adamW, config.loss, options);
  const estimate = createLogpEstimator(model, options);
  return {
    prepare: (batch, state, step) => {
      const masked = maskings(model, config, batch, rng.split(step));
      return { masked, known: knownEstimates(estimate, state, masked, config) };
    },
    update: (prepared, state, advantages, step) =>
      updates(update, state, { ...prepared, advantages }, config, step),
    dispose: () => {
      update.dispose();
      estimate.dispose();
    },
  };
}

/**
 * The completions under the fresh masks of each of the mu updates; old, new and reference see the same ones.
 */
function maskings(
  model: DenoiserConfig,
  config: GrpoConfig,
  { trajectories }: RolloutBatch<unknown>,
  rng: Rng,
): ScoredCompletions[] {
  const { lengths, ...completions } = completionsOf(trajectories, model.eosTokenId);
  return Array.from({ length: config.iterations }, (_, iteration) => ({
    ...completions,
    passes: drawPasses(config, lengths, rng.split(iteration)),
  }));
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

/** The mu updates of a step, and the reference synced where its turn comes. */
function updates(
  update: GrpoStep,
  start: GrpoState,
  { masked, known, advantages }: Prepared & { readonly advantages: readonly number[] },
  config: GrpoConfig,
  step: number,
): Updated<GrpoState> {
  const total = config.steps * config.iterations;
  const seen: UpdateStatistics[] = [];
  let [state, loss, gradNorm, rate] = [start, 0, 0, 0];
  masked.forEach((scored, iteration) => {
    const index = step * config.iterations + iteration;
    rate = learningRate(index, total, config.rate);
    const batch = { ...scored, ...known[iteration], advantages };
    const result = update(state.policy, batch, rate, index);
    state = syncReference({ policy: result.state, reference: state.reference }, index + 1, config);
    if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradNorm)) {
      throw new UserError(
        `rl: the loss became ${result.loss} and its gradient ${result.gradNorm} at step ${step}; start ` +
          "another run with a lower rate.peak (the last checkpoint is kept).",
      );
    }
    seen.push(updateStatistics({ ...batch, logps: result.logps }, config.loss));
    loss += result.loss / config.iterations;
    gradNorm += result.gradNorm / config.iterations;
  });
  return { state, loss, gradNorm, rate, statistics: meanStatistics(seen) };
}

function syncReference(state: GrpoState, updatesDone: number, config: GrpoConfig): GrpoState {
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
