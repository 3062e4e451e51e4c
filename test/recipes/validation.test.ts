import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { initParameters } from "../../src/lib/model/parameters.js";
import { softParameters } from "../../src/lib/methods/soft-masking/operator.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import type { Recipe } from "../../src/lib/recipes/stages/recipes.js";
import { modelConfig } from "../../src/lib/recipes/stages/stage-run.js";
import { n13Recipes } from "../../src/lib/recipes/stages/study-recipes.js";
import { n7Recipes } from "../../src/lib/methods/soft-masking/recipe.js";
import { openValidation } from "../../src/lib/recipes/stages/validation.js";

let folder: string;
beforeAll(async () => {
  await useBackend();
  folder = mkdtempSync(join(tmpdir(), "unmask-validation-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [ar, diffusion] = n13Recipes;
const few = { after: [0, 24], sequences: 3, draws: 4 };

/** Weights of a recipe's model; with `uniform` a head that says every token is as likely. */
function weights(recipe: Recipe, uniform: boolean) {
  const model = modelConfig(recipe);
  const scalars =
    recipe.softMasking === undefined ? [] : softParameters({ strength: 0.9, steepness: 1, offset: -20 });
  const params = new Map([...initParameters(model, Rng.fromSeed(1)), ...scalars]);
  if (uniform) params.set("lm_head.weight", tf.zeros([model.vocabSize, model.hiddenSize]));
  return { model, params };
}

function rowsOf(recipe: Recipe, name: string, steps: readonly number[], from = 0, uniform = false) {
  const { model, params } = weights(recipe, uniform);
  const out = join(folder, name);
  const validation = openValidation({ ...recipe, validation: few }, 1, out, model, from);
  for (const step of steps) validation?.take(params, step);
  validation?.close();
  return readLog(join(out, "validation.arrow"), "validation").rows();
}

describe("held-out losses", () => {
  it("of an ignorant model are ln V a token: exact for AR, under every mask for diffusion", () => {
    const { vocabSize } = modelConfig(ar);
    for (const recipe of n13Recipes) {
      const rows = rowsOf(recipe, `uniform-${recipe.name}`, [0], 0, true);
      expect(rows.length).toBe(few.sequences);
      for (const row of rows) {
        expect(row.loss).toBeCloseTo(Math.log(vocabSize), 5);
        expect(row.lossSd).toBeCloseTo(0, 5);
        expect(row.draws).toBe(recipe === ar ? 1 : few.draws);
      }
    }
  });

  it("are of the same tokens of the same sequences for both, at the moments asked for", () => {
    const [exact, bound] = [ar, diffusion].map(recipe => rowsOf(recipe, recipe.name, [0, 1, 24]));
    const units = (rows: typeof exact) => rows.map(row => [row.step, row.epochs, row.problem, row.scored]);
    expect(units(bound)).toEqual(units(exact));
    expect([...new Set(exact.map(row => row.epochs))]).toEqual([0, (24 * ar.batch) / ar.examples]);
    bound.forEach(row => expect(row.lossSd).toBeGreaterThan(0));
  });

  it("beyond what a resumed run has done are taken again, the same", () => {
    const whole = rowsOf(diffusion, "cut", [0, 24]);
    expect(rowsOf(diffusion, "cut", [24], 10)).toEqual(whole);
  });

  it("of soft-masking are taken with plain and with soft inputs, which differ", () => {
    const [soft] = n7Recipes;
    const rows = rowsOf(soft, "soft", [0]);
    const of = (inputs: string) => rows.filter(row => row.inputs === inputs);
    expect(of("soft").map(row => row.problem)).toEqual(of("hard").map(row => row.problem));
    expect(of("soft").map(row => row.loss)).not.toEqual(of("hard").map(row => row.loss));
  });
});
