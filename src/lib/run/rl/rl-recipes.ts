/**
 * Recipes of stage IV, coupled-GRPO and what it is compared with, scaled to the testbed. Each value stands beside its source:
 * "recipe" is recipes/config_coupled_code.yaml of the public code, "TRL" the default of the trainer that it extends.
 */
import type { Precision } from "../../compile/precision.js";
import { UserError, unknownName } from "../../core/errors.js";
import { exponentKinds } from "../../core/exponent.js";
import { tieRules, type Split, type TieRule } from "../../core/records.js";
import { remaskings, type Remasking } from "../../decode/config.js";
import { baselines } from "../../rl/advantages.js";
import { lossNormalisations } from "../../rl/grpo-loss.js";
import type { GrpoConfig } from "../../rl/grpo-trainer.js";
import { rewardCredits, type RlLoopConfig } from "../../rl/rl-loop.js";
import { maskSchemes } from "../../rl/mask-estimator.js";
import { rewardRules, type RewardRule } from "../../rl/rewards.js";

/** What every recipe of reinforcement learning says, whatever it trains: problems, rewards, scoring. */
export interface RolloutRecipe extends RlLoopConfig {
  readonly name: string;
  /** recipe whose checkpoint it starts from */
  readonly from: string;
  /** training seed of that checkpoint; the seed of the run draws prompts, rollouts and masks */
  readonly parentSeed: number;
  /** prompts a step; with G completions each */
  readonly prompts: number;
  /** distinct training prompts, in a fresh order each epoch */
  readonly pool: number;
  /** of the rollouts */
  readonly temperature: number;
  readonly topP: number;
  readonly tieRule: TieRule;
  /** completions decoded together; the next are decoded while the programs of these run */
  readonly decodeBatch: number;
  readonly reward: {
    readonly rule: RewardRule;
    readonly codeWeight: number;
    readonly formatWeight: number;
    /** of one test */
    readonly timeoutSeconds: number;
  };
  /** the headline curve: the same problems, answered before, after every so many steps and at the end */
  readonly heldOut: {
    readonly split: Split;
    readonly problems: number;
    readonly every: number;
    /** beside the rollout temperature */
    readonly temperature: number;
  };
  readonly checkpointEvery: number;
  /** of matrix products, in rollouts, estimates and updates alike; absent: float32 */
  readonly precision?: Precision;
}

export interface RlRecipe extends RolloutRecipe, GrpoConfig {
  readonly stage: "rl";
  readonly remasking: Remasking;
}

const publicRecipe: RlRecipe = {
  name: "coupled-grpo",
  stage: "rl",
  from: "instruct", // recipe: an instruct model
  parentSeed: 1,
  steps: 100, // testbed; recipe: one epoch of 21K problems
  prompts: 16, // testbed trap 3: 16 or more
  groupSize: 8, // testbed; recipe: num_generations 10
  pool: 1600, // testbed trap 3: 500 or more; as the recipe's one epoch, none comes twice in 100 steps
  temperature: 1, // recipe: generation_temperature (paper: 1.2)
  topP: 0.95, // DiffuCoder §5
  remasking: "neg-entropy", // DiffuCoder §4.2
  tieRule: "leftmost", // as a stable top-k, testbed trap 1
  decodeBatch: 64,
  masks: "coupled",
  maskPairs: 1, // DiffuCoder §5: lambda = 1
  promptMaskShare: 0, // recipe: p_mask_prompt
  iterations: 2, // recipe: num_iterations
  baseline: "leave-one-out", // in the public code, whatever the recipe says
  scaleRewards: false, // recipe
  loss: { epsilonLow: 0.5, epsilonHigh: 0.5, beta: 0.01, exponents: "public" }, // recipe
  referenceEvery: 64, // recipe: ref_model_sync_steps, counted in updates
  referenceMix: 0.6, // TRL: ref_model_mixup_alpha, which the recipe leaves alone
  rate: { peak: 5e-5, warmupSteps: 0, floor: 0.1 }, // testbed, by f7-rates (recipe: 1e-6, warmup_ratio 0.0001); cosine_with_min_lr 0.1
  adamW: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 0.2 }, // recipe; TRL: epsilon
  reward: { rule: "strict", codeWeight: 2, formatWeight: 0.5, timeoutSeconds: 0.5 }, // recipe: reward_weights; rule and time are ours
  heldOut: { split: "test", problems: 256, every: 10, temperature: 0.2 }, // testbed trap 3; DiffuCoder §4.2: T 0.2
  checkpointEvery: 5,
};

/** What the paper's text says otherwise: rollouts at T 1.2 (§5), the group's mean (Eq. 3), a reference that is copied. */
const paperRecipe: RlRecipe = {
  ...publicRecipe,
  name: "coupled-grpo-paper",
  temperature: 1.2,
  baseline: "group-mean",
  referenceMix: 1,
};

/**
 * diffu-GRPO as d1's paper and code set it (arXiv 2504.12216): one pass with 15% of the prompt hidden, many updates from a
 * batch, each completion's mean. Rates, prompts and steps are the testbed's.
 */
const d1Paper: RlRecipe = {
  ...publicRecipe,
  name: "d1-grpo-paper",
  masks: "full",
  promptMaskShare: 0.15, // [C] p_mask_prompt of its scripts (the class has 0.3)
  groupSize: 6, // [C]
  iterations: 12, // [C] mu; 8 for Countdown and Sudoku
  baseline: "group-mean", // [P] and [C], not divided by the deviation
  temperature: 0.9, // [C]; 0.3 for Sudoku
  loss: { ...publicRecipe.loss, beta: 0.04, normalisation: "completion-mean" }, // [C] beta; [P] the mean (its code: token-mean)
  rate: { ...publicRecipe.rate, peak: 1e-4, floor: 1 }, // testbed, by f7-rates; [C] constant
};

/** The public recipe, the paper's settings, and the estimators that DiffuCoder compares (Fig. 7): each differs in one value. */
export const rlRecipes: readonly RlRecipe[] = [
  publicRecipe,
  paperRecipe,
  { ...publicRecipe, name: "full-mask-grpo", masks: "full" },
  { ...publicRecipe, name: "d1-grpo", masks: "full", promptMaskShare: 0.15 },
  { ...publicRecipe, name: "decoupled-grpo", masks: "independent" },
  d1Paper,
];

/** @throws UserError for a recipe that no run can follow, where nothing later would say so better */
export function checkRlRecipe(recipe: RlRecipe): void {
  const where = `recipe ${recipe.name}`;
  checkChoices(where, [
    ["masks", recipe.masks, maskSchemes],
    ["loss exponents", recipe.loss.exponents, exponentKinds],
    ["loss normalisation", recipe.loss.normalisation ?? "token-mean", lossNormalisations],
    ["remasking", recipe.remasking, remaskings],
  ]);
  checkRollouts(recipe);
  checkCounts(where, recipe, ["maskPairs", "iterations", "referenceEvery"]);
  if (!(recipe.promptMaskShare >= 0 && recipe.promptMaskShare < 1))
    throw new UserError(`${where}: promptMaskShare=${recipe.promptMaskShare} is outside [0, 1); 0 masks no prompt token.`); // prettier-ignore
}

/** @throws UserError for problems, rewards or scores that cannot be */
export function checkRollouts(recipe: RolloutRecipe): void {
  const where = `recipe ${recipe.name}`;
  checkChoices(where, [
    ["baseline", recipe.baseline, baselines],
    ["credit", recipe.credit ?? "own", rewardCredits],
    ["tieRule", recipe.tieRule, tieRules],
    ["reward rule", recipe.reward.rule, rewardRules],
    ["held-out split", recipe.heldOut.split, ["dev", "test"]],
  ]);
  const { heldOut, groupSize, pool, prompts } = recipe;
  checkCounts(where, recipe, ["steps", "prompts", "groupSize", "pool", "decodeBatch", "checkpointEvery"]);
  const scored = { "heldOut.problems": heldOut.problems, "heldOut.every": heldOut.every };
  checkCounts(where, scored, ["heldOut.problems", "heldOut.every"]);
  if (groupSize < 2)
    throw new UserError(`${where}: groupSize=1 leaves nothing to compare with; draw 2 completions a prompt or more.`); // prettier-ignore
  if (pool < prompts)
    throw new UserError(`${where}: pool=${pool} holds fewer prompts than the ${prompts} of one step; raise pool.`); // prettier-ignore
}

/** @throws UserError for the first value that is none of its names */
export function checkChoices(
  where: string,
  choices: readonly (readonly [what: string, given: string, valid: readonly string[]])[],
): void {
  for (const [what, given, valid] of choices)
    if (!valid.includes(given)) throw unknownName(where, what, given, valid);
}

/** @throws UserError for the first value that is no positive whole number */
export function checkCounts<K extends string>(
  where: string,
  values: Readonly<Record<K, number>>,
  keys: readonly K[],
): void {
  for (const key of keys) {
    if (Number.isInteger(values[key]) && values[key] >= 1) continue;
    throw new UserError(`${where}: ${key}=${values[key]} is no positive whole number; give at least 1.`);
  }
}
