/**
 * The training studies as lists of independent runs over idempotent
 * folders: what is finished is kept, what was killed goes on.
 */
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { readLog } from "../log/log-reader.js";
import type { ValidationRow } from "../log/schemas.js";
import { portable } from "../checkpoints/portable.js";
import { changed } from "../core/schema.js";
import type { Overrides } from "../recipes/presets.js";
import { finishedFolder } from "../recipes/stages/run-folder.js";
import { checkRecipe, type Recipe } from "../recipes/stages/recipes.js";
import { runSource, runsFolder } from "../host/runs-folder.js";
import { n7Recipes } from "../methods/soft-masking/recipe.js";
import { n11Recipes, n13Recipes, precisionRecipes } from "../recipes/stages/study-recipes.js";

export interface TrainingStudyRun {
  readonly recipe: Recipe;
  readonly seed: number;
  /** data/runs/training/<recipe>-seed<seed> */
  readonly folder: string;
}

interface TrainingStudy {
  readonly name: string;
  readonly about: string;
  readonly recipes: readonly Recipe[];
}

export const trainingStudies = [
  { name: "n11-annealing", about: "stage I with and without shift and annealing", recipes: n11Recipes },
  { name: "n13-ar-against-diffusion", about: "both losses on a small corpus", recipes: n13Recipes },
  { name: "n7-soft-masking", about: "stage III going on with soft and with plain masks", recipes: n7Recipes },
  { name: "precision", about: "stage I in float32 and in bfloat16", recipes: precisionRecipes },
] as const satisfies readonly TrainingStudy[];

export type TrainingStudyName = (typeof trainingStudies)[number]["name"];

/** Training seeds of every study: those of the shipped parents. */
const seeds = [1, 2, 3];

/** The runs of a study, a seed after the other. @param overrides values to change in every recipe */
export function trainingRuns({ recipes }: TrainingStudy, overrides: Overrides = {}): TrainingStudyRun[] {
  const chosen = recipes.map(recipe => changed(recipe, overrides));
  chosen.forEach(checkRecipe);
  return seeds.flatMap(seed =>
    chosen.map(recipe => ({ recipe, seed, folder: runsFolder("training", `${recipe.name}-seed${seed}`) })),
  );
}

/**
 * Where a finished run of a study lies: in this folder of
 * logs, else among those that are shipped in data/runs/.
 * @throws UserError when it is in neither
 */
function finishedRun(study: TrainingStudyName, { recipe, seed, folder }: TrainingStudyRun): string {
  const found = finishedFolder(folder);
  if (found !== null) return found;
  throw new UserError(
    `study ${study}: ${recipe.name} of seed ${seed} has not finished in ${folder}; npm run study -- ` +
      `${study} makes it or goes on with it.`,
  );
}

/**
 * The checkpoint of a finished run by its recipe and seed, as
 * studies name it. @throws UserError when it has not finished
 */
export function trainedCheckpoint(name: TrainingStudyName, recipe: string, seed: number): string {
  const runs = trainingRuns(studyNamed(name));
  const found = runs.find(run => run.recipe.name === recipe && run.seed === seed) as TrainingStudyRun;
  return portable(finishedRun(name, found));
}

function studyNamed(name: TrainingStudyName): TrainingStudy {
  return trainingStudies.find(study => study.name === name) as TrainingStudy;
}

/**
 * The held-out losses of every run of a study, and where
 * they lie. @throws UserError when a run has not finished
 */
export function validationOf(name: TrainingStudyName): {
  readonly sources: readonly string[];
  readonly rows: readonly ValidationRow[];
} {
  const folders = trainingRuns(studyNamed(name)).map(run => finishedRun(name, run));
  const rows = folders.flatMap(folder => readLog(join(folder, "validation.arrow"), "validation").rows());
  return { sources: folders.map(runSource), rows };
}
