import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { recipe } from "../../src/lib/recipes/recipe-by-name.js";
import { recipes, type Recipe } from "../../src/lib/recipes/stages/recipes.js";
import { batchAt, completionLength, promptLength } from "../../src/lib/recipes/stages/training-data.js";
import type { TokenDocument } from "../../src/lib/recipes/stages/documents.js";

const vocabulary = { size: 30, maskId: 2, eosId: 1, padId: 0 };
/** Prompt 10 11, completion of four to seven tokens: 20, 21, ... */
const documents = (rng: Rng): TokenDocument => ({
  prompt: Int32Array.of(10, 11),
  completion: Int32Array.from({ length: 4 + rng.int(4) }, (_, i) => 20 + i),
});

beforeAll(async () => {
  await useBackend();
});

function batch(overrides: Partial<Recipe>, name = "instruct", step = 500) {
  const chosen = { ...recipes.find(r => r.name === name)!, batch: 16, ...overrides };
  const { ids, targets, weights, bias } = batchAt(chosen, vocabulary, documents, Rng.fromSeed(3), step);
  return { ids: ids.arraySync(), targets: targets.arraySync(), weights: weights.arraySync(), bias };
}

describe("a stage III batch", () => {
  it("masks completions only, pads prompts on the left and hides the padding from attention", () => {
    const { ids, targets, bias } = batch({ tail: "pad" });
    for (const [b, row] of ids.entries()) {
      expect(row.slice(promptLength - 2, promptLength)).toEqual([10, 11]);
      expect(row.slice(0, promptLength - 2).every(id => id === vocabulary.padId)).toBe(true);
      row.forEach((id, i) =>
        expect(id === targets[b][i] || (id === vocabulary.maskId && i >= promptLength)).toBe(true),
      );
    }
    const open = bias!.arraySync()[0][0][0].map(x => x === 0);
    expect(open).toEqual(
      Array.from({ length: promptLength + completionLength }, (_, i) => i >= promptLength - 2),
    );
  });

  it(
    "weighs a masked token 1/t over the number of scored tokens, so that the weights add up to about " +
      "one",
    () => {
      const { ids, weights } = batch({ tail: "pad", batch: 64 });
      ids.forEach((row, b) =>
        row.forEach((id, i) => expect(weights[b][i] > 0).toBe(id === vocabulary.maskId)),
      );
      const total = weights.flat().reduce((a, x) => a + x, 0);
      expect(Math.abs(total - 1)).toBeLessThan(0.5); // 64 stratified ratios: the smallest t weighs most
    },
  );

  it("fills the tail with padding, with the next document, or cuts it at random", () => {
    const after = (tail: Recipe["tail"]) =>
      batch({ tail }).targets.map(row => row.slice(row.indexOf(vocabulary.eosId) + 1));
    expect(
      after("pad")
        .flat()
        .every(id => id === vocabulary.padId),
    ).toBe(true);
    expect(after("next-document").every(row => row[0] === 10)).toBe(true);
    const ends = (tail: Recipe["tail"]) => {
      const { bias } = batch({ tail });
      return bias!.arraySync().map(row => row[0][0].lastIndexOf(0));
    };
    expect(new Set(ends("pad"))).toEqual(new Set([promptLength + completionLength - 1]));
    expect(new Set(ends("random-cut")).size).toBeGreaterThan(5);
  });

  it("phases masked prompts out over its first steps", () => {
    const masksPrompt = (step: number) =>
      batch({ tail: "pad", batch: 64 }, "instruct", step).ids.some(row =>
        row.slice(0, promptLength).includes(vocabulary.maskId),
      );
    expect(Array.from({ length: 10 }, (_, s) => masksPrompt(s)).some(Boolean)).toBe(true);
    expect(Array.from({ length: 10 }, (_, s) => masksPrompt(100 + s)).some(Boolean)).toBe(false);
  });
});

describe("a batch", () => {
  it("of the AR parent is clean text under causal attention, every token but the first scored alike", () => {
    const { ids, targets, weights, bias } = batch({}, "ar-parent");
    expect(ids).toEqual(targets);
    expect(weights.every(row => row[0] === 0)).toBe(true);
    const [first] = bias!.arraySync()[0];
    expect(first[2].slice(0, 5).map(x => x === 0)).toEqual([true, true, true, false, false]);
  });

  it("depends on seed, recipe and step alone", () => {
    expect(batch({}).ids).toEqual(batch({}).ids);
    expect(batch({}, "instruct", 7).ids).not.toEqual(batch({}, "instruct", 8).ids);
  });

  it("shows every example once an epoch", () => {
    const seen = Array.from(
      { length: 4 },
      (_, step) => batch({ tail: "pad", examples: 64 }, "instruct", step).targets,
    ).flat();
    const again = Array.from(
      { length: 4 },
      (_, step) => batch({ tail: "pad", examples: 64 }, "instruct", 4 + step).targets,
    ).flat();
    const sorted = (rows: number[][]) => rows.map(row => row.join()).sort();
    expect(sorted(again)).toEqual(sorted(seen));
    expect(again).not.toEqual(seen);
  });
});

describe("a recipe", () => {
  it("takes overrides, and refuses unknown names, keys and types in one sentence", () => {
    expect(recipe("stage1", { steps: 5 }).steps).toBe(5);
    expect(() => recipe("stage4")).toThrow(/unknown recipe "stage4"; did you mean "stage1"\?/);
    expect(() => recipe("stage1", { stepz: 5 })).toThrow(/unknown key "stepz"; did you mean "steps"\?/);
    expect(() => recipe("stage1", { steps: "5" })).toThrow(/steps="5" is no positive whole number/);
  });
});
