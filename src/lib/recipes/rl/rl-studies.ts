/**
 * Studies of reinforcement learning as lists of independent runs over idempotent
 * folders: what is finished is kept, what was killed goes on. A run that several
 * studies compare with is made once, in the folder of the study that it is named with.
 */
import { unknownName } from "../../core/errors.js";
import { changed } from "../../core/schema.js";
import type { Overrides } from "../presets.js";
import { orderStudy } from "../../methods/learned-order/recipe.js";
import { checkAnyRecipe } from "../recipe-by-name.js";
import { rlRecipes } from "./rl-recipes.js";
import type { RlStudy, StudyRecipe, Variant } from "./rl-study.js";
import { runsFolder } from "../../host/runs-folder.js";

export interface RlStudyRun {
  readonly recipe: StudyRecipe;
  readonly seed: number;
  /** data/runs/rl/<study>/<recipe>-seed<seed> */
  readonly folder: string;
}

const base = "coupled-grpo";

/** A preset as it is, or changed in one value and renamed. */
function variant(study: string, preset: string, name = preset, overrides: Overrides = {}): Variant {
  const found = rlRecipes.find(r => r.name === preset);
  if (found === undefined) throw new Error(`internal: no RL recipe ${preset}`);
  return { study, recipe: changed(found, { ...overrides, name }) };
}

/**
 * Peak learning rates that are tried; of each recipe that F7
 * compares the best is used: highest mean reward on dev problems.
 */
const rates = [5e-5, 1e-4, 2e-4];
/** Of the estimators, by f7-rates. */
const bestRates = { [base]: 5e-5, "full-mask-grpo": 2e-4, "d1-grpo": 1e-4, "decoupled-grpo": 1e-4 };
const estimators = Object.keys(bestRates) as (keyof typeof bestRates)[];
const atBestRate = (estimator: keyof typeof bestRates) => ({ rate: { peak: bestRates[estimator] } });

/** Ablations are runs of half the length, each beside the public recipe at that length. */
const half = { steps: 50 };
const halved = (study: string, preset: keyof typeof bestRates, name: string, changes: Overrides = {}) =>
  variant(study, preset, name, { ...half, ...atBestRate(preset), ...changes });
const shared = halved("mu", base, `${base}-half`);

/** What each ablation changes in the recipe, and its best rate by f7-ablation-rates. */
const ablations = {
  "T1.2": { study: "f7-temperature", rate: 2e-4, change: { temperature: 1.2 } },
  mu1: { study: "mu", rate: 2e-4, change: { iterations: 1 } },
  mu4: { study: "mu", rate: 2e-4, change: { iterations: 4 } },
  mean: { study: "loo", rate: 2e-4, change: { baseline: "group-mean" } },
  "no-kl": { study: "kl", rate: 5e-5, change: { loss: { beta: 0 } } },
} as const;

function ablated(suffix: keyof typeof ablations, name: string = suffix): Variant {
  const { study, rate, change } = ablations[suffix];
  return halved(study, base, `${base}-half-${name}`, { ...change, rate: { peak: rate } });
}

/** Diffu-GRPO's: four updates a batch, estimators at the rates of two. */
const fourUpdates = (study: string, preset: keyof typeof bestRates) =>
  halved(study, preset, `${preset}-half-mu4`, { iterations: 4 });

/** A rate is tried by one run of half the length, on twice the problems, of the dev split. */
const rated = (study: string, preset: string, name: string, peak: number, overrides: Overrides = {}) =>
  variant(study, preset, `${name}-rate${peak}`, {
    ...{ ...half, ...overrides, rate: { peak } },
    heldOut: { split: "dev", problems: 512, every: 50 },
  });

export const rlStudies: readonly RlStudy[] = [
  {
    name: "f7-estimators",
    about: "coupled, full-mask, d1 and de-coupled estimates (DiffuCoder Fig. 7)",
    seeds: 5,
    variants: estimators.map(estimator =>
      variant("f7-estimators", estimator, estimator, atBestRate(estimator)),
    ),
  },
  {
    name: "f7-rates",
    about: "the same at three learning rates, 50 steps, scored on dev problems",
    seeds: 1,
    variants: estimators.flatMap(estimator =>
      rates.map(rate => rated("f7-rates", estimator, estimator, rate)),
    ),
  },
  {
    name: "f7-ablation-rates",
    about: "the same of what f7-temperature, mu, loo and kl change",
    seeds: 1,
    variants: Object.entries(ablations).flatMap(([suffix, { change }]) =>
      rates.map(rate => rated("f7-ablation-rates", base, `${base}-half-${suffix}`, rate, change)),
    ),
  },
  {
    name: "f7-temperature",
    about: "rollouts at T 1.0 and 1.2 (DiffuCoder Fig. 7)",
    seeds: 3,
    variants: [shared, ablated("T1.2")],
  },
  {
    name: "mu",
    about: "1, 2 and 4 updates from a batch of rollouts",
    seeds: 3,
    variants: [ablated("mu1"), shared, ablated("mu4", "mu4-own-rate")],
  },
  {
    name: "n9-mu",
    about:
      "full-mask, d1 and coupled estimates with 4 updates from a batch of rollouts (d1, arXiv 2504.12216)",
    seeds: 3,
    variants: [
      fourUpdates("n9-mu", "full-mask-grpo"),
      fourUpdates("n9-mu", "d1-grpo"),
      fourUpdates("mu", base), // its runs lie there
    ],
  },
  orderStudy,
  {
    name: "loo",
    about: "leave-one-out baseline and group mean (DiffuCoder Table 2)",
    seeds: 3,
    variants: [shared, ablated("mean")],
  },
  {
    name: "kl",
    about: "with the KL term, without it, and with bounded exponents",
    seeds: 3,
    variants: [
      shared,
      ablated("no-kl"),
      halved("kl", base, `${base}-half-bounded`, { loss: { exponents: "bounded" } }),
    ],
  },
];

/**
 * The runs of a study, a seed after the other.
 * @param overrides changed in every recipe, to try a study in small
 * @throws UserError for an unknown study
 */
export function studyRuns(name: string, overrides: Overrides = {}): RlStudyRun[] {
  const study = rlStudies.find(s => s.name === name);
  if (study === undefined)
    throw unknownName("study", "study", name, rlStudies.map(s => s.name)); // prettier-ignore
  const runs = Array.from({ length: study.seeds }, (_, i) => i + 1).flatMap(seed =>
    study.variants.map(({ study: owner, recipe }) => ({
      recipe: changed(study.parents === "own" ? { ...recipe, parentSeed: seed } : recipe, overrides),
      seed,
      folder: runsFolder("rl", owner, `${recipe.name}-seed${seed}`),
    })),
  );
  for (const { recipe } of runs) checkAnyRecipe(recipe);
  return runs;
}

/**
 * A Slurm array script that does the runs of a study, for
 * `sbatch`. A task that is requeued goes on where it was.
 * @param options of the study's command to pass on
 */
export function slurmScript(
  name: string,
  options: readonly string[] = [],
  runs = studyRuns(name).length,
): string {
  return [
    "#!/bin/bash",
    `#SBATCH --job-name=unmask-${name}`,
    `#SBATCH --array=1-${runs}`,
    "#SBATCH --cpus-per-task=2 --mem=4G --time=01:00:00 --requeue",
    "# submit it in the project's folder, which every node must see, after npm run setup",
    'cd "$SLURM_SUBMIT_DIR" || exit 1',
    [`npm run study -- ${name} --run "$SLURM_ARRAY_TASK_ID"`, ...options].join(" "),
  ].join("\n");
}
