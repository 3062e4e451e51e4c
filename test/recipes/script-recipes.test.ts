/**
 * Recipes on scripts and stories: their tasks decide vocabulary
 * and canvas, and nothing else tells the testbeds apart.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../src/lib/core/rng.js";
import { checkAnyRecipe } from "../../src/lib/recipes/recipe-by-name.js";
import { documentSource, testbedOfRecipe, vocabularyOf } from "../../src/lib/recipes/stages/documents.js";
import { recipes } from "../../src/lib/recipes/stages/recipes.js";
import { inRunFolder } from "../../src/lib/recipes/stages/run-folder.js";
import { scriptRecipes } from "../../src/lib/recipes/stages/script-recipes.js";
import { modelConfig } from "../../src/lib/recipes/stages/stage-run.js";
import { batchAt } from "../../src/lib/recipes/stages/training-data.js";
import { useBackend } from "../../src/lib/runtime/backend.js";

beforeAll(async () => {
  await useBackend();
});

const [parent, , , instruct] = scriptRecipes;
const { canvas } = testbedOfRecipe(parent);

it("windows and canvases are as long as the testbed of the tasks says", () => {
  const tokenizer = testbedTokenizer(testbedOfRecipe(parent));
  const length = (recipe: typeof parent) =>
    batchAt(
      { ...recipe, batch: 2 },
      vocabularyOf(tokenizer),
      documentSource(recipe, tokenizer),
      Rng.fromSeed(1),
      0,
    ).ids.shape[1];
  expect(length(parent)).toBe(canvas.window);
  expect(length(instruct)).toBe(canvas.prompt + canvas.completion);
});

it("a model has the vocabulary of its tasks, and the shape that the recipe says", () => {
  const shape = { hiddenSize: 128, layers: 2, heads: 4, kvHeads: 4, intermediateSize: 320 };
  const { vocabSize } = testbedTokenizer(testbedOfRecipe(parent));
  expect(modelConfig({ ...parent, shape })).toMatchObject({ ...shape, vocabSize });
  expect(modelConfig(recipes[0]).vocabSize).toBe(testbedTokenizer().vocabSize);
});

it("tasks of two testbeds are refused before anything is made", () => {
  const mixed = { ...parent, tasks: { scripts: 0.5, minipy: 0.5 } };
  expect(() => checkAnyRecipe(mixed)).toThrow(/scripts, minipy are of the testbeds scripts and testbed/);
});

it("a finished run has the tokenizer of its tasks beside the checkpoint", async () => {
  const out = mkdtempSync(join(tmpdir(), "scripts-run-"));
  const work = () => Promise.resolve();
  const identity = { recipe: { name: parent.name, steps: 0 }, seed: 1 };
  await inRunFolder(out, identity, false, { logs: [], testbed: testbedOfRecipe(parent), work });
  expect(readFileSync(join(out, "tokenizer.json"), "utf8")).toBe(
    readFileSync("data/tokenizers/scripts/tokenizer.json", "utf8"),
  );
  rmSync(out, { recursive: true });
});
