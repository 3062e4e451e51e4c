/** Finished runs of the RL studies, as the notebooks judge them: their logs, by estimator. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { claimOf } from "../../claims/judge.js";
import { UserError } from "../../core/errors.js";
import { orderNames } from "../../methods/learned-order/recipe.js";
import { readLog } from "../../log/log-reader.js";
import type { HeldOutRow, RlRow } from "../../log/schemas.js";
import { studyRuns, type RlStudyRun } from "./rl-studies.js";
import type { RlRecipe } from "./rl-recipes.js";
import { finishedFolder, runIn } from "../stages/run-folder.js";
import { runSource, runsFolder } from "../../host/runs-folder.js";
import { checkpointFolder, problemsOf } from "../../checkpoints/testbed.js";
import { weightsHash } from "../../checkpoints/weights-hash.js";

/** Recipes as figures name them, in their order there. */
const estimators: Readonly<Record<string, string>> = {
  "coupled-grpo": "coupled",
  "full-mask-grpo": "full-mask",
  "d1-grpo": "d1",
  "decoupled-grpo": "de-coupled",
  "coupled-grpo-half": "coupled, half length",
  "coupled-grpo-half-T1.2": "coupled, T 1.2",
  "coupled-grpo-half-mu1": "coupled, 1 update",
  "coupled-grpo-half-mu4": "coupled, 4 updates",
  "coupled-grpo-half-mu4-own-rate": "coupled, 4 updates, own rate",
  "full-mask-grpo-half-mu4": "full-mask, 4 updates",
  "d1-grpo-half-mu4": "d1, 4 updates",
  "coupled-grpo-half-mean": "coupled, group mean",
  "coupled-grpo-half-no-kl": "coupled, no KL",
  "coupled-grpo-half-bounded": "coupled, bounded",
  ...orderNames,
};

/** "coupled" for a recipe, or for a checkpoint's folder; "before" for a model that no recipe of RL made. */
export function estimatorName(recipeOrFolder: string): string {
  return estimators[recipeOrFolder.replace(/-seed\d+$/, "")] ?? "before";
}

/** A finished run. */
export interface RlResult extends RlStudyRun {
  readonly estimator: string;
  /** as captions name it */
  readonly source: string;
}

/**
 * The finished runs of the estimators that F7 compares.
 * @throws UserError when there is none
 */
export function rlResults(): RlResult[] {
  const found = finishedRuns(["f7-estimators"]);
  if (found.length === 0)
    throw new UserError(
      `reinforcement learning: no run has finished in ${runsFolder("rl")}; npm run study -- ` +
        "f7-estimators makes them.",
    );
  return found;
}

/**
 * The finished runs of studies, an estimator after the other: of
 * this folder of logs, else those that are shipped in data/runs/.
 */
export function finishedRuns(studies: readonly string[]): RlResult[] {
  const runs = new Map(studies.flatMap(study => studyRuns(study)).map(run => [run.folder, run] as const));
  const found = [...runs.values()].flatMap(run => {
    const folder = finishedFolder(run.folder);
    if (folder === null) return [];
    return [{ ...run, folder, estimator: estimatorName(run.recipe.name), source: runSource(folder) }];
  });
  const names = Object.values(estimators);
  return found.sort((a, b) => names.indexOf(a.estimator) - names.indexOf(b.estimator) || a.seed - b.seed);
}

/**
 * A run of your own, finished or not, such as the `--out` of
 * `npm run train -- --recipe coupled-grpo --seed 4 --out DIR`.
 * @throws UserError for a folder without one
 */
export function rlResultIn(folder: string): RlResult {
  const { recipe, seed } = runIn(folder);
  if (!existsSync(join(folder, "heldout.arrow")))
    throw new UserError(
      `reinforcement learning: ${folder} holds no heldout.arrow; name the folder of an RL run.`,
    );
  return {
    recipe: recipe as RlRecipe,
    seed,
    folder,
    estimator: estimatorName(recipe.name),
    source: runSource(folder),
  };
}

/** A row of a held-out log and the run that it is from. */
export interface HeldOutResult extends HeldOutRow {
  /** of filter, mapping and reduction: problems of one are alike */
  readonly combination: string;
  readonly estimator: string;
  /** of the RL run */
  readonly seed: number;
  readonly sampling: "rollout" | "cold";
}

/** Every answer to a held-out problem. */
export function heldOutResults(results: readonly RlResult[]): HeldOutResult[] {
  return results.flatMap(({ estimator, seed, folder, recipe }) => {
    const { split, problems, temperature } = recipe.heldOut;
    const scored = problemsOf("minipy", split, problems, recipe.parentSeed);
    const combinations = new Map(scored.map(({ id, combination }) => [id, combination]));
    return readLog(join(folder, "heldout.arrow"), "heldout")
      .rows()
      .map(row => {
        const sampling = row.temperature === temperature ? "cold" : "rollout";
        const combination = combinations.get(row.problem) ?? row.problem;
        return { ...row, estimator, seed, sampling, combination } as const;
      });
  });
}

/** Every RL step. */
export function rlSteps(
  results: readonly RlResult[],
): (RlRow & { readonly estimator: string; readonly seed: number })[] {
  return results.flatMap(({ estimator, seed, folder }) =>
    readLog(join(folder, "rl.arrow"), "rl")
      .rows()
      .map(row => ({ ...row, estimator, seed })),
  );
}

/**
 * A sentence for each claim that no two finished runs can
 * judge. @param ids claims that compare two estimators
 */
export function notJudged(results: readonly RlResult[], ids: readonly string[]): string[] {
  const seedsOf = (estimator: unknown) => results.filter(r => r.estimator === estimator).map(r => r.seed);
  return ids.flatMap(id => {
    const { conditions, study } = claimOf(id);
    const [above, below] = [conditions[0].of.estimator, conditions[0].minus?.estimator].map(String);
    const [one, other] = [seedsOf(above), seedsOf(below)];
    if (one.some(seed => other.includes(seed))) return [];
    return [
      `${id} is not judged: no RL seed of both ${above} and ${below} has finished. npm run study -- ` +
        `${study} makes them.`,
    ];
  });
}

/**
 * A sentence for each run that started from other weights than its
 * parent's folder holds now: its "before" is then another model.
 */
export function otherParents(results: readonly RlResult[]): string[] {
  return results.flatMap(({ recipe, source, folder }) => {
    const parent = checkpointFolder(recipe.from, recipe.parentSeed);
    const { checkpointHash } = readLog(join(folder, "heldout.arrow"), "heldout").metadata;
    if (checkpointHash === weightsHash(parent)) return [];
    return [
      `${source} started from other weights than ${recipe.from} of seed ${recipe.parentSeed} has now; ` +
        "remove the folder and run its study again.",
    ];
  });
}
