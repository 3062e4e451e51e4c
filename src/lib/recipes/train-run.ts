/**
 * One training run as a folder: a log, a resumable state while it is unfinished, and a checkpoint that opens
 * in PyTorch when it is done. Killed at any moment it resumes from its last state and ends with the same
 * rows: rows are on the disk before the state that counts them, and rows beyond the state are cut off and
 * made again. A power cut that lost rows all the same takes it back to the state before, or to its beginning.
 */
import { check, fields, whole } from "../core/schema.js";
import { smallTestbed, type Testbed } from "../tasks/testbeds.js";
import { checkAnyRecipe, type AnyRecipe } from "./recipe-by-name.js";
import { fusionRun } from "./stages/fusion-run.js";
import { rlLogs, rlRun } from "./rl/rl-run.js";
import { testbedOfRecipe } from "./stages/documents.js";
import { trainLog } from "./stages/logged-training.js";
import { inRunFolder } from "./stages/run-folder.js";
import type { RunLog } from "./stages/run-logs.js";
import { stageRun } from "./stages/stage-run.js";
import type { TrainOptions } from "./stages/train-options.js";
import { validationLogs } from "./stages/validation.js";

/**
 * Run a recipe to its end. A backend must be in use.
 * @returns "trained", or "already finished" when the folder holds this run complete
 * @throws UserError for a folder in use, another run's folder, or a missing parent checkpoint
 */
export async function trainRun(options: TrainOptions<AnyRecipe>): Promise<"trained" | "already finished"> {
  const { recipe, seed, out, resume, signal } = options;
  checkAnyRecipe(recipe); // before a folder is made: also a recipe that a notebook wrote
  check(`recipe ${recipe.name}`, fields({ seed: whole(0) }), { seed });
  const work = (guard: () => void) => {
    if (recipe.stage === "fusion") return fusionRun({ ...options, recipe, guard });
    return recipe.stage === "rl" || recipe.stage === "order"
      ? rlRun({ ...options, recipe, guard })
      : stageRun({ ...options, recipe, guard });
  };
  return inRunFolder(out, { recipe, seed }, resume, {
    logs: logsOf(recipe),
    testbed: testbedOfAny(recipe),
    work,
    signal,
  });
}

/**
 * The words that a recipe's model speaks: those of its documents;
 * RL and orders start from models of the small testbed.
 */
function testbedOfAny(recipe: AnyRecipe): Testbed {
  return recipe.stage === "rl" || recipe.stage === "order" ? smallTestbed : testbedOfRecipe(recipe);
}

/** What a run of a recipe logs. */
function logsOf(recipe: AnyRecipe): RunLog[] {
  if (recipe.stage === "rl" || recipe.stage === "order") return rlLogs(recipe);
  return recipe.stage === "fusion" ? [trainLog] : [trainLog, ...validationLogs(recipe)];
}
