import { describe, expect, it } from "vitest";
import { checkAnyRecipe } from "../../src/lib/recipes/recipe-by-name.js";
import type { RlRecipe } from "../../src/lib/recipes/rl/rl-recipes.js";
import { ratesTried } from "../../src/lib/recipes/rl/rl-rates.js";
import { estimatorName } from "../../src/lib/recipes/rl/rl-results.js";
import { rlStudies, slurmScript, studyRuns } from "../../src/lib/recipes/rl/rl-studies.js";

describe("an RL study", () => {
  it("is a list of runs that can be, each with a folder of its own", () => {
    for (const { name } of rlStudies) {
      const runs = studyRuns(name);
      expect(new Set(runs.map(run => run.folder)).size).toBe(runs.length);
      for (const { recipe } of runs) checkAnyRecipe(recipe);
    }
  });

  it("of estimators has four of them, with five seeds each", () => {
    const runs = studyRuns("f7-estimators");
    expect(runs.length).toBe(20);
    const recipes = runs.map(({ recipe }) => recipe as RlRecipe);
    const estimators = recipes.map(({ masks, promptMaskShare }) => masks + promptMaskShare);
    expect(new Set(estimators).size).toBe(4);
    expect(new Set(runs.map(run => run.seed))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it("that chooses learning rates never looks at test problems", () => {
    const runs = [...studyRuns("f7-rates"), ...studyRuns("f7-ablation-rates")];
    expect(runs.length).toBe((4 + 5) * 3);
    expect(new Set(runs.map(run => run.recipe.heldOut.split))).toEqual(new Set(["dev"]));
    expect(new Set(runs.map(run => run.recipe.rate.peak)).size).toBe(3);
  });

  it(
    "compares estimators and ablations each at the rate that was best on dev problems, by the " +
      "shipped logs",
    () => {
      for (const [study, recipes] of [
        ["f7-rates", 4],
        ["f7-ablation-rates", 5],
      ] as const) {
        const best = ratesTried(study).filter(row => row.best);
        expect(best.length).toBe(recipes);
        for (const row of best) expect(row).toMatchObject({ used: true });
      }
    },
  );

  it("of an ablation has runs of one length", () => {
    for (const study of ["f7-temperature", "mu", "loo", "kl", "n9-mu"])
      expect(new Set(studyRuns(study).map(run => run.recipe.steps))).toEqual(new Set([50]));
  });

  it("makes a run that several studies share once: the same folder holds the same recipe and seed", () => {
    const byFolder = new Map<string, string>();
    for (const run of rlStudies.flatMap(({ name }) => studyRuns(name))) {
      const identity = JSON.stringify([run.recipe, run.seed]);
      expect(byFolder.get(run.folder) ?? identity).toBe(identity);
      byFolder.set(run.folder, identity);
    }
    expect(byFolder.size).toBe(20 + 12 + 15 + 3 + 3 + 6 + 9 + 3 + 6 + 6);
  });

  it("of diffu-GRPO makes four updates from the same rollouts, whatever the masks", () => {
    const runs = studyRuns("n9-mu");
    expect(runs.map(run => estimatorName(run.recipe.name))).toEqual(
      [1, 2, 3].flatMap(() => ["full-mask, 4 updates", "d1, 4 updates", "coupled, 4 updates"]),
    );
    for (const { recipe } of runs) {
      const others = { name: "", masks: "full", promptMaskShare: 0, rate: null } as const;
      expect({ ...recipe, ...others }).toEqual({ ...runs[0].recipe, ...others });
      expect(recipe).toMatchObject({ stage: "rl", iterations: 4 });
    }
  });

  it(
    "of learned orders starts each run from the model of its own seed, and its control differs in " +
      "the credit alone",
    () => {
      const runs = studyRuns("dcolt");
      expect(runs.map(({ recipe, seed }) => [recipe.name, recipe.parentSeed, seed])).toEqual(
        [1, 2, 3].flatMap(seed => ["dcolt", "dcolt-shuffled"].map(name => [name, seed, seed])),
      );
      const [own, control] = runs.map(run => run.recipe);
      expect({ ...control, name: own.name, credit: "own" }).toEqual(own);
      expect(new Set(runs.map(run => run.recipe.heldOut.split))).toEqual(new Set(["dev"]));
    },
  );

  it("that does not exist is refused, naming the nearest", () => {
    expect(() => studyRuns("f7-estimator")).toThrow(/did you mean "f7-estimators"\?/);
  });

  it("can be tried in small: every recipe changed in the same values", () => {
    const runs = studyRuns("mu", { steps: 2, heldOut: { problems: 4 } });
    expect(runs.every(({ recipe }) => recipe.steps === 2 && recipe.heldOut.problems === 4)).toBe(true);
    const updates = runs.map(({ recipe }) => (recipe as RlRecipe).iterations);
    expect(new Set(updates)).toEqual(new Set([1, 2, 4]));
    expect(() => studyRuns("mu", { stepz: 2 })).toThrow(/did you mean "steps"\?/);
  });

  it("as a Slurm array has one task a run", () => {
    expect(slurmScript("kl")).toContain("#SBATCH --array=1-9\n");
    expect(slurmScript("kl")).toMatch(/npm run study -- kl --run "\$SLURM_ARRAY_TASK_ID"$/);
    expect(slurmScript("kl", ["--runs '/there'"])).toMatch(/--run "\$SLURM_ARRAY_TASK_ID" --runs '\/there'$/);
  });
});
