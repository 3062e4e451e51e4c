/**
 * An order head trained by the reward of the whole trajectory, the backbone frozen: DCoLT's unmasking policy
 * alone (arXiv 2505.10446, the ablation "UPM only"), in the loop of `rl-loop.ts`. Advantages are the group's
 * standardised rewards (`scaleRewards`); the loss is minus the sum over rollouts and steps of A log pi,
 * divided by the steps and by the number of rollouts whose advantage is not 0 [C]. With the backbone frozen
 * the tokens' own logarithms have no gradient.
 */
import type { CompileOptions } from "../../compile/compile.js";
import { UserError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";
import type { AdamWConfig, OptimizerState } from "../../train/adamw.js";
import { learningRate, type LearningRateConfig } from "../../train/learning-rate.js";
import { orderStates, type OrderState } from "./states.js";
import { createOrderStep, type OrderTask, type WeightedState } from "./step.js";
import { rlLoop, type Learner, type Rewarded, type RlLoopConfig, type RlRecord } from "../../rl/rl-loop.js";
import type { RolloutBatch } from "../../rl/rollouts.js";
import type { UpdateStatistics } from "../../rl/update-statistics.js";

export interface OrderConfig extends RlLoopConfig {
  readonly rate: LearningRateConfig;
  readonly adamW: AdamWConfig;
}

/** No reference model, and a ratio that is 1 by definition. */
const notClipped: UpdateStatistics = { kl: NaN, klMedian: NaN, klMax: NaN, clipLow: 0, clipHigh: 0 };

/**
 * Steps `from` to `config.steps` - 1; consumes `state`, the head's parameters and moments.
 * @param rng of the control that shuffles rewards
 * @throws UserError when a loss is not finite or rewards
 *   fail: the state of the last record is the last good one
 */
export function orderTrainer<R extends Rewarded>(
  task: OrderTask,
  state: OptimizerState,
  from: number,
  config: OrderConfig,
  rollouts: (step: number, state: OptimizerState) => Promise<RolloutBatch<R>>,
  rng: Rng,
  options: Partial<CompileOptions> = {},
): AsyncGenerator<RlRecord<R, OptimizerState>> {
  const learner = orderLearner(task, config, options);
  return rlLoop(learner, state, from, config, rollouts, rng);
}

function orderLearner(
  task: OrderTask,
  config: OrderConfig,
  options: Partial<CompileOptions>,
): Learner<OptimizerState, readonly (readonly OrderState[])[]> {
  const update = createOrderStep(task, config.adamW, options);
  const { steps, blockLength } = task;
  const decoding = { steps, blockLength, maskTokenId: task.model.maskTokenId };
  return {
    prepare: ({ trajectories }) => trajectories.map(trajectory => orderStates(trajectory, decoding)),
    update: (states, current, advantages, step) => {
      const rate = learningRate(step, config.steps, config.rate);
      const { state, loss, gradNorm } = update(
        current,
        weightedStates(states, advantages, steps),
        rate,
        step,
      );
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm))
        throw new UserError(
          `rl: the loss became ${loss} and its gradient ${gradNorm} at step ${step}; start another run ` +
            "with a lower rate.peak (the last checkpoint is kept).",
        );
      return { state, loss, gradNorm, rate, statistics: notClipped };
    },
    dispose: () => update.dispose(),
  };
}

/**
 * What each state's logarithm weighs: A / (steps x rollouts with A not 0). Those of A = 0 are left out; none
 * is left where all rewards of every group are equal.
 */
export function weightedStates(
  states: readonly (readonly OrderState[])[],
  advantages: readonly number[],
  steps: number,
): WeightedState[] {
  const taught = advantages.filter(a => a !== 0).length;
  return states.flatMap((list, i) =>
    advantages[i] === 0 ? [] : list.map(state => ({ state, weight: advantages[i] / (steps * taught) })),
  );
}
