import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { documentSource, vocabularyOf } from "../../src/lib/recipes/stages/documents.js";
import { gapped } from "../../src/lib/study/infill-study.js";
import { preset, type Recipe } from "../../src/lib/recipes/stages/recipes.js";
import { modelConfig } from "../../src/lib/recipes/stages/stage-run.js";
import { n11Recipes, n13Recipes, precisionRecipes } from "../../src/lib/recipes/stages/study-recipes.js";
import { n7Recipes } from "../../src/lib/methods/soft-masking/recipe.js";
import { problemsOf, testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { batchAt } from "../../src/lib/recipes/stages/training-data.js";
import { trainingRuns, trainingStudies } from "../../src/lib/study/training-studies.js";

beforeAll(async () => {
  await useBackend();
});

/** Keys whose values differ between two recipes, the name aside. */
function differences(a: Recipe, b: Recipe): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Recipe>;
  return [...keys].filter(key => key !== "name" && JSON.stringify(a[key]) !== JSON.stringify(b[key])).sort();
}

function batch(recipe: Recipe, step: number) {
  const tokenizer = testbedTokenizer();
  const rng = Rng.fromSeed(1).split(recipe.stream ?? recipe.name);
  return batchAt(recipe, vocabularyOf(tokenizer), documentSource(recipe, tokenizer), rng, step);
}

describe("a training study", () => {
  it(
    "is a list of runs over three seeds, each with a folder of its own, that ends where losses are " +
      "taken",
    () => {
      for (const study of trainingStudies) {
        const runs = trainingRuns(study);
        expect(new Set(runs.map(run => run.folder)).size).toBe(runs.length);
        expect(new Set(runs.map(run => run.seed))).toEqual(new Set([1, 2, 3]));
        for (const { recipe } of runs) {
          expect(recipe.validation?.after.at(-1)).toBe(recipe.steps);
          expect(recipe.validation?.after).toEqual([...new Set(recipe.validation?.after)]);
        }
      }
    },
  );

  it(
    "of annealing changes the shift and the annealing and nothing else, over the same documents and " +
      "masks",
    () => {
      const [annealed, abrupt, dropped] = n11Recipes;
      expect(differences(annealed, abrupt)).toEqual(["annealSteps"]);
      expect(differences(annealed, dropped)).toEqual(["shift"]);
      expect([...batch(annealed, 7).ids.dataSync()]).toEqual([...batch(abrupt, 7).ids.dataSync()]);
      expect(modelConfig(dropped).shift).toBe(false);
    },
  );

  it("of precision is stage I and changes the precision alone, over the same documents and masks", () => {
    const [exact, rounded] = precisionRecipes;
    expect(differences(exact, rounded)).toEqual(["precision"]);
    expect(differences(exact, preset("stage1"))).toEqual(["stream", "validation"]);
    expect([...batch(exact, 7).ids.dataSync()]).toEqual([...batch(rounded, 7).ids.dataSync()]);
  });

  it("of AR against diffusion changes what is learned, from the same windows in the same order", () => {
    const [ar, diffusion] = n13Recipes;
    expect(differences(ar, diffusion)).toEqual(["stage"]);
    expect([...batch(ar, 30).targets.dataSync()]).toEqual([...batch(diffusion, 30).targets.dataSync()]);
    expect(batch(ar, 30).bias!.shape).toEqual(batch(diffusion, 30).bias!.shape);
  });

  it(
    "of soft-masking makes two passes in its share of the steps, and plainly as many updates or " + "passes",
    () => {
      const [soft, updates, passes] = n7Recipes;
      expect(differences(soft, updates)).toEqual(["softMasking"]);
      const share = soft.softMasking!.share;
      expect([updates.steps, passes.steps]).toEqual([soft.steps, soft.steps * (1 + share)]);
      const two = Array.from({ length: soft.steps }, (_, step) => Number(isSoft(soft, step))).reduce(
        (a, b) => a + b,
      );
      // Two passes are drawn step by step: four standard errors.
      expect(Math.abs(two / soft.steps - share)).toBeLessThan(
        4 * Math.sqrt((share * (1 - share)) / soft.steps),
      );
      expect(batch(updates, 0).twoPasses).toBeUndefined();
    },
  );
});

/** Whether a step makes two passes; a batch of one sequence draws it as a whole one does. */
function isSoft(recipe: Recipe, step: number): boolean {
  return batch({ ...recipe, batch: 1 }, step).twoPasses === true;
}

describe("a gap", () => {
  it("stands in the middle of the solution, and its sides with what is between them are the whole", () => {
    const tokenizer = testbedTokenizer();
    for (const problem of problemsOf("minipy", "test", 5)) {
      const { left, right } = gapped(problem, 8);
      const solution = tokenizer.encode(problem.solution);
      expect(left.length + 8 + right.length).toBe(solution.length + 1);
      expect(Math.abs(left.length - (right.length - 1))).toBeLessThanOrEqual(1);
      expect([...left]).toEqual([...solution.slice(0, left.length)]);
      expect([...right]).toEqual([...solution.slice(left.length + 8), tokenizer.special.eosId]);
    }
  });
});
