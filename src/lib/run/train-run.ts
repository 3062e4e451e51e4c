/**
 * One training run as a folder: a log, a resumable state while it is unfinished, and a checkpoint that opens in
 * PyTorch when it is done. Killed at any moment it resumes from its last state and ends with the same rows:
 * rows are flushed before the state that counts them, and rows beyond the state are cut off and made again.
 */
import { checkRules, whole } from "../core/rules.js";
import { checkAnyRecipe } from "./recipe-by-name.js";
import type { FusionRecipe } from "./training/fusion-recipe.js";
import { fusionRun } from "./training/fusion-run.js";
import type { Recipe } from "./training/recipes.js";
import type { OrderRecipe } from "./rl/order-recipes.js";
import { rlRun } from "./rl/rl-run.js";
import type { RlRecipe } from "./rl/rl-recipes.js";
import { inRunFolder } from "./training/run-folder.js";
import { stageRun } from "./training/stage-run.js";
import type { TrainOptions } from "./training/train-options.js";
import { dropState } from "./training/training-state.js";

export type AnyRecipe = Recipe | FusionRecipe | RlRecipe | OrderRecipe;

/**
 * Run a recipe to its end. A backend must be in use.
 * @returns "trained", or "already finished" when the folder holds this run complete
 * @throws UserError for a folder in use, another run's folder, or a missing parent checkpoint
 */
export async function trainRun(options: TrainOptions<AnyRecipe>): Promise<"trained" | "already finished"> {
  const { recipe, seed, out, resume } = options;
  checkAnyRecipe(recipe); // before a folder is made: also a recipe that a notebook wrote
  checkRules(`recipe ${recipe.name}`, { seed }, { seed: whole(0, Number.MAX_SAFE_INTEGER) });
  const end = await inRunFolder(out, { recipe, seed }, resume, () => {
    if (recipe.stage === "fusion") return fusionRun({ ...options, recipe });
    return recipe.stage === "rl" || recipe.stage === "order"
      ? rlRun({ ...options, recipe })
      : stageRun({ ...options, recipe });
  });
  dropState(out);
  return end;
}
