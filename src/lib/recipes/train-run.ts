/**
 * One training run as a folder: a log, a resumable state while it is unfinished, and a checkpoint that opens
 * in PyTorch when it is done. Killed at any moment it resumes from its last state and ends with the same
 * rows: rows are on the disk before the state that counts them, and rows beyond the state are cut off and
 * made again. A power cut that lost rows all the same takes it back to the state before, or to its beginning.
 */
import { check, fields, whole } from "../core/schema.js";
import { checkAnyRecipe } from "./recipe-by-name.js";
import type { AnyRecipe } from "./recipe-kind.js";
import { inRunFolder } from "./stages/run-folder.js";
import type { TrainOptions } from "./stages/train-options.js";

/**
 * Run a recipe to its end. A backend must be in use.
 * @returns "trained", or "already finished" when the folder holds this run complete
 * @throws UserError for a folder in use, another run's folder, or a missing parent checkpoint
 */
export async function trainRun(options: TrainOptions<AnyRecipe>): Promise<"trained" | "already finished"> {
  const { recipe, seed, out, resume, signal } = options;
  const kind = checkAnyRecipe(recipe); // before a folder is made: also a recipe that a notebook wrote
  check(`recipe ${recipe.name}`, fields({ seed: whole(0) }), { seed });
  return inRunFolder(out, { recipe, seed }, resume, {
    logs: kind.logs(recipe),
    testbed: kind.testbed(recipe),
    work: guard => kind.run({ ...options, guard }),
    signal,
  });
}
