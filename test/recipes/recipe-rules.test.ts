/**
 * Recipes that no run can follow are one sentence with
 * key, value and range, before a folder or a file is made.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { readOverrides, type Overrides } from "../../src/lib/recipes/presets.js";
import { checkAnyRecipe, recipe, recipeNames } from "../../src/lib/recipes/recipe-by-name.js";
import type { AnyRecipe } from "../../src/lib/recipes/recipe-kind.js";
import { rlStudies, studyRuns } from "../../src/lib/recipes/rl/rl-studies.js";
import { trainingRuns, trainingStudies } from "../../src/lib/study/training-studies.js";
import { trainRun } from "../../src/lib/recipes/train-run.js";

const scratch = mkdtempSync(join(tmpdir(), "recipes-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function said(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return "accepted";
}

it("every recipe and every run of a study is within its own rules", () => {
  for (const name of recipeNames) recipe(name);
  for (const { name } of rlStudies) expect(studyRuns(name).length).toBeGreaterThan(0);
  for (const study of trainingStudies) expect(trainingRuns(study).length).toBeGreaterThan(0);
});

describe.each(["instruct", "coupled-grpo", "dcolt", "codefusion", "n7-soft"])("%s with", name => {
  it.each<[Overrides, RegExp]>([
    [{ steps: 0 }, /steps=0 is no positive whole number; give one from 1 to 10000000\.$/],
    [{ steps: -3 }, /steps=-3 is no positive whole number/],
    [{ steps: 1.5 }, /steps=1.5/],
    [{ steps: 1e300 }, /steps=1e\+300 is no whole number from 1 to 10000000/],
    [{ steps: "9" }, /steps="9" is no positive whole number; give one from 1 to 10000000/],
    [{ steps: [9] }, /steps=\[9\] is no positive whole number/],
    [{ steps: null }, /steps=null is no positive whole number/],
    [{ rate: { peak: -1 } }, /rate\.peak=-1 is outside \(0, 1\]/],
    [{ rate: { peak: 0 } }, /rate\.peak=0 is outside/],
    [{ rate: { peak: 1e9 } }, /rate\.peak=1000000000 is outside/],
    [{ rate: { warmupSteps: 0.5 } }, /rate\.warmupSteps=0.5 is no whole number from 0/],
    [{ rate: { floor: 2 } }, /rate\.floor=2 is outside \[0, 1\]/],
    [{ rate: ["x"] }, /rate=\["x"\] is no object; give one of peak, warmupSteps, floor/],
    [{ rate: {} }, /accepted/],
    [{ adamW: [] }, /adamW=\[\] is no object; give one of beta1/],
    [{ adamW: { beta1: 1 } }, /adamW\.beta1=1 is outside \[0, 1\)/],
    [{ adamW: { clipNorm: 0 } }, /adamW\.clipNorm=0/],
    [{ stage: "evil" }, /unknown stage "evil"/],
    [{ stage: name === "coupled-grpo" ? "adapt" : "rl" }, /unknown stage/],
    [{ checkpointEvery: 0 }, /checkpointEvery=0/],
    [{ name: "../up" }, /name="\.\.\/up" is no name/],
    [{ from: "../up" }, /from="\.\.\/up"|unknown from/],
    [{ from: "nothing" }, /unknown from "nothing"|from="nothing" means nothing/],
    [JSON.parse('{"__proto__": {"steps": 0}}') as Overrides, /unknown key "__proto__"/],
    [{ toString: 1 }, /unknown key "toString"/],
    [{ constructor: {} }, /unknown key "constructor"/],
  ])("%j", (overrides, message) => {
    expect(said(() => recipe(name, overrides))).toMatch(message);
  });
});

describe("values of one kind of recipe", () => {
  it.each<[string, Overrides, RegExp]>([
    ["stage1", { batch: 1.5 }, /batch=1.5 is no whole number from 1 to 4096|batch=1.5 is no positive/],
    ["stage1", { batch: 0 }, /batch=0 is no positive whole number; give one from 1 to 4096/],
    ["stage1", { codeShare: 7 }, /codeShare=7 is outside \[0, 1\]/],
    ["stage1", { tokenNoise: -0.1 }, /tokenNoise=-0.1 is outside/],
    ["stage1", { shift: 1 }, /shift=1 is neither true nor false/],
    ["stage1", { tail: "none" }, /unknown tail "none"; valid: pad, random-cut, next-document/],
    ["stage1", { annealSteps: -1 }, /annealSteps=-1 is no whole number from 0/],
    ["stage1", { examples: 0.5 }, /examples=0.5/],
    ["ar-parent", { from: 7 }, /from=7 is no name/],
    ["n7-soft", { validation: { after: [3, 2] } }, /validation\.after=\[3,2\] does not ascend/],
    ["n7-soft", { validation: { after: "x" } }, /validation\.after="x" is no list; give whole numbers/],
    ["n7-soft", { validation: { sequences: 0 } }, /validation\.sequences=0/],
    ["n7-soft", { softMasking: { k: 0 } }, /softMasking\.k=0/],
    ["n7-soft", { softMasking: { start: { offset: 1 } } }, /softMasking\.start\.offset=1 is outside/],
    ["coupled-grpo", { loss: [-1] }, /loss=\[-1\] is no object; give one of epsilonLow/],
    ["coupled-grpo", { loss: { beta: -1 } }, /loss\.beta=-1 is outside/],
    ["coupled-grpo", { loss: { exponents: 7 } }, /unknown loss exponents "7"; valid: public/],
    ["coupled-grpo", { temperature: -1 }, /temperature=-1 is outside \[0, 10\]/],
    ["coupled-grpo", { topP: 0 }, /topP=0 is outside \(0, 1\]/],
    ["coupled-grpo", { reward: { timeoutSeconds: 0 } }, /reward\.timeoutSeconds=0/],
    ["coupled-grpo", { referenceMix: 1.1 }, /referenceMix=1.1/],
    ["coupled-grpo", { heldOut: [] }, /heldOut=\[\] is no object/],
    ["coupled-grpo", { scaleRewards: "no" }, /scaleRewards="no" is neither true nor false; give one of them/],
    ["dcolt", { blockLength: "x" }, /blockLength="x" is no/],
    ["dcolt", { blockLength: 0 }, /blockLength=0/],
    ["codefusion", { network: { heads: 5 } }, /hiddenSize=96 is no even multiple of network\.heads=5/],
    ["codefusion", { network: { encoderLayers: 1e9 } }, /network\.encoderLayers=1000000000/],
    ["codefusion", { network: [] }, /network=\[\] is no object/],
    ["codefusion", { batch: 1.5 }, /batch=1.5/],
  ])("%s %j", (name, overrides, message) => {
    expect(said(() => recipe(name, overrides))).toMatch(message);
  });

  it("a value that only JavaScript has is refused too", () => {
    expect(said(() => recipe("stage1", { steps: NaN }))).toMatch(/steps=NaN/);
    expect(said(() => recipe("stage1", { rate: { peak: Infinity } }))).toMatch(
      /rate\.peak=Infinity is no number/,
    );
    const { steps: _, ...without } = recipe("stage1");
    expect(said(() => checkAnyRecipe(without as AnyRecipe))).toMatch(/steps=undefined/);
  });

  it.each(["stage1", "coupled-grpo", "dcolt", "codefusion"])("%s knows the precisions", name => {
    const within = (precision: unknown) =>
      said(() => checkAnyRecipe({ ...recipe(name), precision } as AnyRecipe));
    expect(["float32", "bfloat16", undefined].map(within)).toEqual(["accepted", "accepted", "accepted"]);
    expect(within("float16")).toMatch(/unknown precision "float16"/);
  });
});

describe("nothing is written", () => {
  it("by a run whose recipe a notebook wrote", async () => {
    const out = join(scratch, "run");
    const wrong = { ...recipe("stage1"), steps: 0 } as AnyRecipe;
    await expect(trainRun({ recipe: wrong, seed: 1, out, resume: false })).rejects.toThrow(/steps=0/);
    await expect(trainRun({ recipe: recipe("stage1"), seed: 0.5, out, resume: false })).rejects.toThrow(
      /seed=0.5/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("by a study", () => {
    expect(said(() => studyRuns("mu", { steps: 0 }))).toMatch(/steps=0/);
    expect(said(() => studyRuns("dcolt", { decodeSteps: 7 }))).toMatch(/decodeSteps=7/);
    expect(said(() => studyRuns("mu", { loss: [-1] }))).toMatch(/loss=\[-1\]/);
    expect(said(() => trainingRuns(trainingStudies[0], { batch: 0 }))).toMatch(/batch=0/);
    expect(said(() => trainingRuns(trainingStudies[0], { rate: ["x"] }))).toMatch(/rate=\["x"\]/);
  });
});

describe("a file of overrides", () => {
  const file = join(scratch, "config.json");
  const read = (text: string) => {
    writeFileSync(file, text);
    return readOverrides("train", file);
  };

  it("is read with a byte-order mark", () => {
    expect(read('\ufeff{"steps": 6}')).toEqual({ steps: 6 });
  });

  it("that holds no object is a sentence", () => {
    for (const text of ["", "[]", "null", "7", '"x"', "{", "[".repeat(1e5)])
      expect(said(() => read(text))).toMatch(
        /^train: --config \S+ (does not hold a JSON object|is not valid JSON)/,
      );
    expect(said(() => readOverrides("train", scratch))).toMatch(/is a folder, where a file is needed/);
  });
});
