/**
 * Recipes of DCoLT (arXiv 2505.10446): an order head trained by reward on a frozen model, and the control
 * whose rewards are shuffled. [C] is the public code LLaDOU's value; the sizes are the testbed's.
 */
import { UserError } from "../../core/errors.js";
import { check, choice, fields, orNull, whole, type Of } from "../../core/schema.js";
import { orderOffsets } from "./head.js";
import { adamWSchema } from "../../train/adamw.js";
import { learningRateSchema } from "../../train/learning-rate.js";
import type { RlStudy } from "../../recipes/rl/rl-study.js";
import { checkRollouts, rolloutSchema } from "../../recipes/rl/rl-recipes.js";
import { completionLength } from "../../recipes/stages/training-data.js";

export const orderRecipeSchema = fields({
  ...rolloutSchema.entries,
  stage: choice(["order"]),
  /** denoiser steps of a completion; each draws as many positions as the others */
  decodeSteps: whole(1, completionLength),
  /** blocks are finished left to right; null: the whole completion is one */
  blockLength: orNull(whole(1, completionLength)),
  /** what the head's score is added to */
  offset: choice(orderOffsets),
  rate: learningRateSchema,
  adamW: adamWSchema,
});
export type OrderRecipe = Of<typeof orderRecipeSchema>;

const learned: OrderRecipe = {
  name: "dcolt",
  stage: "order",
  from: "instruct",
  parentSeed: 1,
  steps: 60, // testbed; [C] 500 updates
  prompts: 4, // [C] 4 accumulated
  groupSize: 16, // [C] 8 x 2
  pool: 240, // none comes twice
  temperature: 0.2, // testbed: as every comparison of decoding methods; [C] 1
  topP: 0.95, // as above
  tieRule: "leftmost",
  decodeBatch: 64,
  decodeSteps: 12, // testbed: 3 tokens a step; [C] 64 steps of 4
  blockLength: null, // [C] block = completion
  // [R]; [C] "none", twelve updates from there were still below the confidence order (LOG.md)
  offset: "log-confidence",
  baseline: "group-mean", // [C]
  scaleRewards: true, // [C]
  credit: "own",
  rate: { peak: 3e-3, warmupSteps: 0, floor: 1 }, // testbed; [C] constant 5e-6
  adamW: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 }, // [C]
  // as the other RL recipes; [C] 1 or -1
  reward: { rule: "strict", codeWeight: 2, formatWeight: 0.5, timeoutSeconds: 0.5 },
  // the test problems are left for the judgement
  heldOut: { split: "dev", problems: 64, every: 30, temperature: 0.2 },
  checkpointEvery: 10,
};

export const orderRecipes: readonly OrderRecipe[] = [
  learned,
  { ...learned, name: "dcolt-shuffled", credit: "shuffled" },
];

/** As figures name them. */
export const orderNames = { dcolt: "learned", "dcolt-shuffled": "shuffled rewards" } as const;

export const orderStudy: RlStudy = {
  name: "dcolt",
  about:
    "an order head on each training seed's frozen model, with true and with shuffled rewards (DCoLT, " +
    "arXiv 2505.10446)",
  seeds: 3,
  parents: "own",
  variants: orderRecipes.map(recipe => ({ study: "dcolt", recipe })),
};

/** @throws UserError for a recipe that no run can follow */
export function checkOrderRecipe(recipe: OrderRecipe): void {
  const where = `recipe ${recipe.name}`;
  check(where, orderRecipeSchema, recipe);
  checkRollouts(recipe);
  const { decodeSteps, blockLength } = recipe;
  if (completionLength % decodeSteps !== 0 || decodeSteps === completionLength)
    throw new UserError(
      `${where}: decodeSteps=${decodeSteps} does not draw the same number of positions, two or more, ` +
        `at every step; choose a divisor of ${completionLength} below it.`,
    );
  const blocks = completionLength / (blockLength ?? completionLength);
  if (!Number.isInteger(blocks) || decodeSteps % blocks !== 0)
    throw new UserError(
      `${where}: blockLength=${blockLength} does not cut ${completionLength} positions and ` +
        `${decodeSteps} steps evenly; choose another, or null.`,
    );
}
