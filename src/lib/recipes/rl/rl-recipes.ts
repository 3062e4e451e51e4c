/**
 * Recipes of stage IV, coupled-GRPO and what it is compared with, scaled to the testbed.
 * Each value stands beside its source: "recipe" is recipes/config_coupled_code.yaml of
 * the public code, "TRL" the default of the trainer that it extends.
 */
import { precisions } from "../../compile/precision.js";
import { UserError } from "../../core/errors.js";
import { exponentKinds } from "../../core/exponent.js";
import {
  check,
  choice,
  fields,
  flag,
  number,
  orAbsent,
  share,
  whole,
  word,
  type Of,
} from "../../core/schema.js";
import { tieRules } from "../../core/records.js";
import { remaskings } from "../../decode/types.js";
import { baselines } from "../../rl/advantages.js";
import { lossNormalisations } from "../../rl/grpo-loss.js";
import { rewardCredits } from "../../rl/rl-loop.js";
import { maskSchemes } from "../../rl/mask-estimator.js";
import { rewardRules } from "../../rl/rewards.js";
import { adamWSchema } from "../../train/adamw.js";
import { learningRateSchema } from "../../train/learning-rate.js";
import { countedBatch, countedSteps } from "../stages/recipes.js";

const temperature = number("[0, 10]");

/** What every recipe of reinforcement learning says, whatever it trains: problems, rewards, scoring. */
export const rolloutSchema = fields({
  name: word,
  /** recipe whose checkpoint it starts from */
  from: word,
  /** training seed of that checkpoint; the seed of the run draws prompts, rollouts and masks */
  parentSeed: whole(0, 2 ** 31 - 1),
  /** batches of rollouts */
  steps: countedSteps,
  /** prompts a step; with G completions each */
  prompts: countedBatch,
  /** G, completions a prompt */
  groupSize: whole(1, 1024),
  /** distinct training prompts, in a fresh order each epoch */
  pool: whole(1, 100_000),
  /** of the rollouts */
  temperature,
  topP: number("(0, 1]"),
  tieRule: choice(tieRules),
  /** completions decoded together; the next are decoded while the programs of these run */
  decodeBatch: countedBatch,
  baseline: choice(baselines),
  /** divide advantages by the group's standard deviation */
  scaleRewards: flag,
  /** absent: "own" */
  credit: orAbsent(choice(rewardCredits)),
  reward: fields({
    rule: choice(rewardRules),
    codeWeight: number("[0, 1000]"),
    formatWeight: number("[0, 1000]"),
    /** of one test */
    timeoutSeconds: number("(0, 3600]"),
  }),
  /** the headline curve: the same problems, answered before, after every so many steps and at the end */
  heldOut: fields({
    split: choice(["dev", "test"], "held-out split"),
    problems: whole(1, 2000),
    every: countedSteps,
    /** beside the rollout temperature */
    temperature,
  }),
  checkpointEvery: countedSteps,
  /** of matrix products, in rollouts, estimates and updates alike; absent: float32 */
  precision: orAbsent(choice(precisions)),
});
export type RolloutRecipe = Of<typeof rolloutSchema>;

/** The rest is what `GrpoConfig` says of an update. */
export const rlRecipeSchema = fields({
  ...rolloutSchema.entries,
  stage: choice(["rl"]),
  remasking: choice(remaskings),
  masks: choice(maskSchemes),
  maskPairs: whole(1, 64),
  promptMaskShare: number("[0, 1)"),
  iterations: whole(1, 1000),
  loss: fields({
    epsilonLow: share,
    epsilonHigh: number("[0, 100]"),
    beta: number("[0, 1000]"),
    exponents: choice(exponentKinds),
    normalisation: orAbsent(choice(lossNormalisations)),
  }),
  referenceEvery: countedSteps,
  referenceMix: share,
  rate: learningRateSchema,
  adamW: adamWSchema,
});
export type RlRecipe = Of<typeof rlRecipeSchema>;

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
  // testbed, by f7-rates (recipe: 1e-6, warmup_ratio 0.0001); cosine_with_min_lr 0.1
  rate: { peak: 5e-5, warmupSteps: 0, floor: 0.1 },
  adamW: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 0.2 }, // recipe; TRL: epsilon
  // recipe: reward_weights; rule and time are ours
  reward: { rule: "strict", codeWeight: 2, formatWeight: 0.5, timeoutSeconds: 0.5 },
  // testbed trap 3; DiffuCoder §4.2: T 0.2
  heldOut: { split: "test", problems: 256, every: 10, temperature: 0.2 },
  checkpointEvery: 5,
};

/**
 * What the paper's text says otherwise: rollouts at T 1.2
 * (§5), the group's mean (Eq. 3), a reference that is copied.
 */
const paperRecipe: RlRecipe = {
  ...publicRecipe,
  name: "coupled-grpo-paper",
  temperature: 1.2,
  baseline: "group-mean",
  referenceMix: 1,
};

/**
 * diffu-GRPO as d1's paper and code set it (arXiv 2504.12216): one pass with 15% of the prompt hidden, many
 * updates from a batch, each completion's mean. Rates, prompts and steps are the testbed's.
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
  // [C] beta; [P] the mean (its code: token-mean)
  loss: { ...publicRecipe.loss, beta: 0.04, normalisation: "completion-mean" },
  rate: { ...publicRecipe.rate, peak: 1e-4, floor: 1 }, // testbed, by f7-rates; [C] constant
};

/**
 * The public recipe, the paper's settings, and the estimators
 * that DiffuCoder compares (Fig. 7): each differs in one value.
 */
export const rlRecipes: readonly RlRecipe[] = [
  publicRecipe,
  paperRecipe,
  { ...publicRecipe, name: "full-mask-grpo", masks: "full" },
  { ...publicRecipe, name: "d1-grpo", masks: "full", promptMaskShare: 0.15 },
  { ...publicRecipe, name: "decoupled-grpo", masks: "independent" },
  d1Paper,
];

/** @throws UserError for a recipe that no run can follow */
export function checkRlRecipe(recipe: RlRecipe): void {
  check(`recipe ${recipe.name}`, rlRecipeSchema, recipe);
  checkRollouts(recipe);
}

/** @throws UserError for prompts that leave nothing to compare, or too few of them */
export function checkRollouts({ name, groupSize, pool, prompts }: RolloutRecipe): void {
  const where = `recipe ${name}`;
  if (groupSize < 2)
    throw new UserError(
      `${where}: groupSize=1 leaves nothing to compare with; draw 2 completions a prompt or more.`,
    );
  if (pool < prompts)
    throw new UserError(
      `${where}: pool=${pool} holds fewer prompts than the ${prompts} of one step; raise pool.`,
    );
}
