/**
 * One training run as a folder: a log, a resumable state while it is unfinished, and a checkpoint that opens in
 * PyTorch when it is done. Killed at any moment it resumes from its last state and ends with the same rows:
 * rows are flushed before the state that counts them, and rows beyond the state are cut off and made again.
 */
import type { FusionRecipe } from "./fusion-recipe.js";
import { fusionRun } from "./fusion-run.js";
import type { Progress } from "../progress.js";
import type { Recipe } from "./recipes.js";
import type { OrderRecipe } from "../rl/order-recipes.js";
import { rlRun } from "../rl/rl-run.js";
import type { RlRecipe } from "../rl/rl-recipes.js";
import { inRunFolder } from "./run-folder.js";
import { stageRun } from "./stage-run.js";
import { dropState } from "./training-state.js";

export type AnyRecipe = Recipe | FusionRecipe | RlRecipe | OrderRecipe;

export interface TrainOptions<R extends AnyRecipe = AnyRecipe> {
  readonly recipe: R;
  readonly seed: number;
  /** the run's folder */
  readonly out: string;
  readonly resume: boolean;
  /** checkpoint to start from; by default the shipped one of the recipe's parent */
  readonly from?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Run a recipe to its end. A backend must be in use.
 * @returns "trained", or "already finished" when the folder holds this run complete
 * @throws UserError for a folder in use, another run's folder, or a missing parent checkpoint
 */
export async function trainRun(options: TrainOptions): Promise<"trained" | "already finished"> {
  const { recipe, seed, out, resume } = options;
  const end = await inRunFolder(out, { recipe, seed }, resume, () => {
    if (recipe.stage === "fusion") return fusionRun({ ...options, recipe });
    return recipe.stage === "rl" || recipe.stage === "order"
      ? rlRun({ ...options, recipe })
      : stageRun({ ...options, recipe });
  });
  dropState(out);
  return end;
}
