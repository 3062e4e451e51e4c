/**
 * How far estimates move in a few coupled-GRPO updates, logged: the data behind the outliers of ratio and k3.
 * No training run: one batch of rollouts, used again and again, with new masks for every update. In bfloat16
 * estimates and updates are; rollouts are float32 in any case, so that both precisions learn from the same.
 */
import { nextTurn } from "../core/event-loop.js";
import type { Precision } from "../compile/precision.js";
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import type { ShiftRow } from "../log/schemas.js";
import type { Denoiser } from "../model/denoiser.js";
import type { Parameters } from "../model/parameters.js";
import { groupAdvantages } from "../rl/advantages.js";
import { completionMask } from "../rl/completion-mask.js";
import type { ScoredCompletions } from "../rl/estimate-plan.js";
import { grpoLossDefaults } from "../rl/grpo-loss.js";
import { createGrpoStep, createLogpEstimator } from "../rl/grpo-step.js";
import { coupledPasses, coupledRatioRange, passWeights, uniformDraws } from "../rl/mask-passes.js";
import { rewardAll } from "../rl/rewards.js";
import { scriptsOf } from "../tasks/task.js";
import { adamWDefaults } from "../train/adamw.js";
import { initOptimizer } from "../train/train-step.js";
import { lengthToEnd } from "../tokenizer/decoded-text.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { denoiserWorker, type Experiment, type StudySettings } from "./experiment.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

export interface ShiftStudy extends StudySettings {
  /** prompts of the training split, and completions of each */
  readonly problems: number;
  readonly groupSize: number;
  readonly temperature: number;
  readonly learningRate: number;
  /**
   * after how many updates the estimates are compared, ascending; 0: before any, with estimates of the same
   * model in float32, so that rounding alone moves them
   */
  readonly marks: readonly number[];
  /** draws of the masks for the comparison */
  readonly draws: number;
  /** of the products of estimates and updates; absent: float32 */
  readonly precision?: Precision;
}

/**
 * The rollouts of the public recipe (T 1.0, leave-one-out); learning
 * rate of the testbed's RL studies. A killed run starts again.
 */
export const shifts: Experiment<ShiftStudy, "shifts"> = {
  defaults: {
    ...{ study: "a4", checkpoint: "instruct", seed: 1, groupSize: 8, temperature: 1 },
    ...{ learningRate: 1e-4, marks: [1, 2, 4, 8, 16], draws: 2 },
  },
  label: ({ precision }) => ["updates", ...(precision === undefined ? [] : [precision])].join("-"),
  logs: ({ problems, groupSize, marks, draws }) => [
    { kind: "shifts", rowsPerUnit: problems * groupSize * marks.length * draws },
  ],
  units: () => 1,
  unit: "batches of rollouts",
  batch: () => 1,
  worker: denoiserWorker(async (denoiser, { settings, run }, signal) => ({
    shifts: await shiftRows(denoiser, settings, run, signal),
  })),
};

/** Optimiser of the paper, B.1. */
const adamW = { ...adamWDefaults, beta2: 0.99, weightDecay: 0.1, clipNorm: 0.2 };

/** [B * C] of one model in one precision. */
type Estimates = (scored: ScoredCompletions) => Float32Array;

/** A batch of completions to be scored, but for its masks. */
interface Rollouts extends Omit<ScoredCompletions, "passes"> {
  readonly problems: readonly string[];
  readonly advantages: readonly number[];
}

async function shiftRows(
  denoiser: Denoiser,
  study: ShiftStudy,
  run: string,
  signal?: AbortSignal,
): Promise<ShiftRow[]> {
  const rng = Rng.fromSeed(study.seed).split("shifts");
  const rollouts = await rollOut(denoiser, study, rng.split("rollouts"), signal);
  const { precision, marks } = study;
  const estimator = createLogpEstimator(denoiser.config, { precision });
  const update = createGrpoStep(denoiser.config, adamW, grpoLossDefaults, { precision });
  let state = initOptimizer(new Map([...denoiser.parameters].map(([name, p]) => [name, p.clone()])));
  const rows: ShiftRow[] = [];
  const take = (updates: number, old: Estimates, now: Estimates) =>
    rows.push(
      ...shiftsUnder(old, now, rollouts, study, rng).map(row => ({ ...row, run, seed: study.seed, updates })),
    );
  const of = (parameters: Parameters) => (scored: ScoredCompletions) => estimator(parameters, scored);
  if (marks.includes(0)) {
    const exact = createLogpEstimator(denoiser.config);
    take(0, scored => exact(denoiser.parameters, scored), of(denoiser.parameters));
    exact.dispose();
  }
  const updates = Math.max(...marks);
  for (let made = 1; made <= updates; made++) {
    signal?.throwIfAborted();
    const scored = withMasks(rollouts, rng.split("update").split(made));
    const before = estimator(denoiser.parameters, scored);
    const batch = { ...scored, advantages: rollouts.advantages, oldLogps: before, refLogps: before };
    state = update(state, batch, study.learningRate, made - 1).state;
    if (marks.includes(made)) take(made, of(denoiser.parameters), of(state.parameters));
    await nextTurn();
  }
  for (const map of [state.parameters, state.m, state.v]) for (const tensor of map.values()) tensor.dispose();
  estimator.dispose();
  update.dispose();
  return rows;
}

/** Both estimates under the same masks, which no update has seen; the same at every mark. */
function shiftsUnder(
  before: Estimates,
  after: Estimates,
  rollouts: Rollouts,
  { draws, groupSize }: ShiftStudy,
  rng: Rng,
): Omit<ShiftRow, "run" | "seed" | "updates">[] {
  return Array.from({ length: draws }, (_, draw) => draw).flatMap(draw => {
    const scored = withMasks(rollouts, rng.split("compare").split(draw));
    const [old, now] = [before, after].map(estimates => estimates(scored));
    return rollouts.problems.map((problem, b) => {
      const tokens = rollouts.completionMasks[b].reduce((sum, m) => sum + m, 0);
      const weights = passWeights(scored.passes[b]);
      const passes = scored.passes[b].passes.map((_, k) => weights.subarray(k * completionLength));
      const counting = Array.from({ length: tokens }, (_, k) => k);
      return {
        ...{ problem, draw, sample: b % groupSize },
        shifts: counting.map(k => now[b * completionLength + k] - old[b * completionLength + k]),
        weights: counting.map(k => passes.reduce((sum, pass) => sum + pass[k], 0)),
      };
    });
  });
}

/** One ratio for the batch, as in the public code; masks of each completion's own. */
function withMasks(rollouts: Rollouts, rng: Rng): Rollouts & ScoredCompletions {
  const [low, high] = coupledRatioRange;
  const t = low + (high - low) * rng.split("ratio").uniform();
  const passes = rollouts.completionIds.map((ids, b) =>
    coupledPasses(uniformDraws(ids.length, rng.split(b)), t),
  );
  return { ...rollouts, passes };
}

/** Completions of training problems with their rewards, compared within each group. */
async function rollOut(
  denoiser: Denoiser,
  study: ShiftStudy,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Rollouts> {
  const tokenizer = testbedTokenizer();
  const jobs = problemsOf("minipy", "train", study.problems, study.seed).flatMap(problem =>
    Array.from({ length: study.groupSize }, (_, sample) => ({ problem, sample })),
  );
  const promptIds = jobs.map(({ problem }) => tokenizer.encode(problem.prompt));
  const config = decodeConfig(completionLength, { temperature: study.temperature });
  const rngs = jobs.map(({ problem, sample }) => rng.split(problem.id).split(sample));
  const trajectories = await decode(denoiser, promptIds, config, rngs, { signal });
  const text = ({ completionIds: ids }: Trajectory) =>
    tokenizer.decode(ids.slice(0, lengthToEnd(ids, [denoiser.eosTokenId])));
  const completions = jobs.map(({ problem }, i) => ({
    completion: text(trajectories[i]),
    tests: scriptsOf(problem).base,
  }));
  const rewards = await rewardAll(completions, await sharedSandbox(), {}, signal);
  return {
    problems: jobs.map(({ problem }) => problem.id),
    promptIds,
    completionIds: trajectories.map(t => t.completionIds),
    completionMasks: trajectories.map(t => completionMask(t.completionIds, denoiser.eosTokenId)),
    advantages: groupAdvantages(
      rewards.map(reward => reward.total),
      study.groupSize,
      "leave-one-out",
    ),
  };
}
