/**
 * Every model of the studies, for several seeds, parents first. What is finished
 * is kept, what was killed goes on; a retraining that was killed goes on too,
 * because a list beside the checkpoints says what it has still to make anew.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders, replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { fromRoot } from "../host/package-root.js";
import { progressBar } from "../host/progress.js";
import { shippedRecipes } from "./recipe-by-name.js";
import type { AnyRecipe } from "./recipe-kind.js";
import { isFinished } from "./stages/run-folder.js";
import { trainRun } from "./train-run.js";

export interface ModelToTrain {
  readonly recipe: AnyRecipe;
  readonly seed: number;
  /** its folder, data/checkpoints/<recipe>-seed<seed> */
  readonly folder: string;
}

/** All models of these seeds, each after its parent. */
export function allModels(seeds: readonly number[]): ModelToTrain[] {
  return seeds.flatMap(seed =>
    shippedRecipes.map(recipe => ({
      recipe,
      seed,
      folder: fromRoot("data", "checkpoints", `${recipe.name}-seed${seed}`),
    })),
  );
}

/** Train what is not finished. A backend must be in use. */
export async function trainAll(models: readonly ModelToTrain[], signal?: AbortSignal): Promise<void> {
  for (const [i, model] of models.entries()) {
    if (isFinished(model.folder)) continue;
    const { recipe, seed, folder: out } = model;
    const progress = progressBar(`${i + 1}/${models.length} ${recipe.name} seed ${seed}`);
    await trainRun({ recipe, seed, out, resume: true, progress, signal });
  }
}

/** Train all models anew, in place of those that are there. */
export async function retrainAll(models: readonly ModelToTrain[], signal?: AbortSignal): Promise<void> {
  const list = fromRoot("data", "checkpoints", "retraining.tmp");
  const pending = new Set(readList(list) ?? models.map(m => m.folder));
  for (const model of models.filter(m => pending.has(m.folder))) {
    writeList(list, [...pending]);
    // of before: one under way is not finished
    if (isFinished(model.folder)) rmSync(model.folder, { recursive: true });
    await trainAll([model], signal);
    pending.delete(model.folder);
  }
  rmSync(list, { force: true });
}

function readList(path: string): string[] | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as string[]) : null;
}

function writeList(path: string, folders: readonly string[]): void {
  writing("models", path, () => {
    makeFolders(dirname(path));
    replaceWith(path, JSON.stringify(folders));
  });
}
