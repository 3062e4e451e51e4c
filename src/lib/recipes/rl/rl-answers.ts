/** A policy answers MiniPy problems: decoded, and rewarded in the sandbox while the next ones are decoded. */
import type { Problem, Trajectory } from "../../core/records.js";
import type { Rng } from "../../core/rng.js";
import { codeReward, rewardAll, type Reward } from "../../rl/rewards.js";
import { rolloutBatch, type RolloutBatch } from "../../rl/rollouts.js";
import type { Sandbox } from "../../sandbox/sandbox.js";
import { scriptsOf } from "../../tasks/task.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { lengthToEnd } from "../../tokenizer/decoded-text.js";
import { problemsOf } from "../../checkpoints/testbed.js";
import { epochOrder } from "../stages/training-data.js";
import type { RolloutRecipe } from "./rl-recipes.js";

/** What came of a completion; `total`, `format` and `code` as training sees them, from the base tests. */
export interface Answer extends Omit<Reward, "tests"> {
  readonly problem: Problem;
  readonly temperature: number;
  /** up to the end token */
  readonly text: string;
  /** tokens before the end token */
  readonly end: number;
  readonly passedBase: boolean;
  /** every base and plus test; null where the plus tests were not run */
  readonly passedPlus: boolean | null;
}

/** What an answer is for: rollouts to learn from, or a score. */
export interface Manner {
  readonly temperature: number;
  readonly purpose: "rollout" | "score";
}

/** How what is trained decodes, as it is now: one trajectory a prompt. */
export type Decoding = (
  prompts: readonly Int32Array[],
  rngs: readonly Rng[],
  manner: Manner,
) => Promise<readonly Trajectory[]>;

export interface Answering {
  readonly recipe: RolloutRecipe;
  readonly eosTokenId: number;
  readonly tokenizer: Tokenizer;
  readonly sandbox: Sandbox;
  readonly signal?: AbortSignal;
}

/**
 * G completions of each prompt of a step: the next prompts of the pool, which is shuffled anew each epoch.
 */
export function stepRollouts(
  answering: Answering,
  pool: readonly Problem[],
  decoding: Decoding,
  step: number,
  rng: Rng,
): Promise<RolloutBatch<Answer>> {
  const { prompts, groupSize, temperature } = answering.recipe;
  const problems = Array.from({ length: prompts }, (_, i) => {
    const { item } = epochOrder(pool.length, step * prompts + i, rng.split("pool"));
    return pool[item];
  });
  const repeated = problems.flatMap(problem => new Array<Problem>(groupSize).fill(problem));
  const rngs = repeated.map((_, i) => rng.split("rollout").split(step).split(i));
  return answers(answering, decoding, repeated, rngs, { temperature, purpose: "rollout" });
}

/**
 * The fixed held-out problems, each answered once at each
 * temperature, with the same random numbers every time.
 */
export async function heldOutAnswers(
  answering: Answering,
  decoding: Decoding,
  rng: Rng,
): Promise<{ readonly answer: Answer; readonly trajectory: Trajectory }[]> {
  const { temperature, heldOut, parentSeed } = answering.recipe;
  const problems = problemsOf("minipy", heldOut.split, heldOut.problems, parentSeed);
  const batches: RolloutBatch<Answer>[] = [];
  for (const t of new Set([temperature, heldOut.temperature])) {
    const rngs = problems.map(problem => rng.split("held out").split(problem.id));
    batches.push(await answers(answering, decoding, problems, rngs, { temperature: t, purpose: "score" }));
  }
  const rewardAnswers = await Promise.all(batches.map(batch => batch.rewards));
  return batches.flatMap(({ trajectories }, b) =>
    trajectories.map((trajectory, i) => ({ trajectory, answer: rewardAnswers[b][i] })),
  );
}

function answers(
  answering: Answering,
  decoding: Decoding,
  problems: readonly Problem[],
  rngs: readonly Rng[],
  manner: Manner,
): Promise<RolloutBatch<Answer>> {
  const { recipe, tokenizer } = answering;
  const prompts = problems.map(problem => tokenizer.encode(problem.prompt));
  return rolloutBatch(
    problems.length,
    recipe.decodeBatch,
    (from, to) => decoding(prompts.slice(from, to), rngs.slice(from, to), manner),
    (trajectories, from) => rewarded(answering, problems.slice(from), trajectories, manner),
  );
}

/**
 * One answer a trajectory. A training reward sees the base tests only; for a score the plus tests run, too.
 */
async function rewarded(
  { recipe, eosTokenId, tokenizer, sandbox, signal }: Answering,
  problems: readonly Problem[],
  trajectories: readonly Trajectory[],
  { temperature, purpose }: Manner,
): Promise<Answer[]> {
  const plus = purpose === "score";
  const ends = trajectories.map(t => lengthToEnd(t.completionIds, [eosTokenId]));
  const texts = trajectories.map((t, i) => tokenizer.decode(t.completionIds.slice(0, ends[i])));
  const asked = texts.map((completion, i) => {
    const scripts = scriptsOf(problems[i]);
    return { completion, tests: plus ? [...scripts.base, ...scripts.plus] : scripts.base };
  });
  const rewards = await rewardAll(asked, sandbox, recipe.reward, signal);
  return rewards.map(({ format, tests }, i) => {
    const base = (tests ?? []).slice(0, scriptsOf(problems[i]).base.length);
    const code = codeReward(base);
    const total = recipe.reward.codeWeight * code + recipe.reward.formatWeight * format;
    const passedPlus = plus ? code === 1 && (tests ?? []).every(test => test === "passed") : null;
    const passedBase = code === 1;
    return {
      problem: problems[i],
      temperature,
      text: texts[i],
      end: ends[i],
      format,
      code,
      total,
      passedBase,
      passedPlus,
    };
  });
}
