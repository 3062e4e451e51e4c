import { describe, expect, it } from "vitest";
import { recipe, recipeNames } from "../../src/lib/recipes/recipe-by-name.js";
import { rlRecipes, type RlRecipe } from "../../src/lib/recipes/rl/rl-recipes.js";

/** Keys whose values differ between two recipes, the name aside. */
function differences(a: RlRecipe, b: RlRecipe): string[] {
  return Object.keys(a).filter(key => {
    const [x, y] = [a, b].map(r => JSON.stringify(r[key as keyof RlRecipe]));
    return key !== "name" && x !== y;
  });
}
const rl = (name: string) => rlRecipes.find(r => r.name === name)!;

describe("recipes", () => {
  it("have names of their own", () => {
    expect(new Set(recipeNames).size).toBe(recipeNames.length);
  });

  it("of the estimators differ from coupled-GRPO in one value; d1 from full-mask", () => {
    const base = rl("coupled-grpo");
    expect(differences(base, rl("full-mask-grpo"))).toEqual(["masks"]);
    expect(differences(base, rl("decoupled-grpo"))).toEqual(["masks"]);
    expect(differences(rl("full-mask-grpo"), rl("d1-grpo"))).toEqual(["promptMaskShare"]);
  });

  it("of d1's paper hide 15% of the prompt, make twelve updates, and average each completion first", () => {
    expect(rl("d1-grpo-paper")).toMatchObject({ masks: "full", promptMaskShare: 0.15, iterations: 12 });
    expect(rl("d1-grpo-paper").loss.normalisation).toBe("completion-mean");
    expect(() => recipe("d1-grpo-paper", { loss: { normalisation: "token" } })).toThrow(
      /unknown loss normalisation "token"; did you mean "token-mean"\?/,
    );
  });

  it("of the paper's text and of the public code differ where the two do", () => {
    expect(differences(rl("coupled-grpo"), rl("coupled-grpo-paper"))).toEqual([
      "temperature",
      "baseline",
      "referenceMix",
    ]);
  });
});

describe("overrides", () => {
  it("reach inside a value and leave the rest of it alone", () => {
    const chosen = recipe("coupled-grpo", { rate: { peak: 2e-4 }, maskPairs: 4 }) as RlRecipe;
    expect(chosen.rate).toEqual({ ...rl("coupled-grpo").rate, peak: 2e-4 });
    expect(differences(rl("coupled-grpo"), chosen)).toEqual(["maskPairs", "rate"]);
  });

  it("with an unknown key name the nearest, inside a value too", () => {
    expect(() => recipe("coupled-grpo", { temprature: 1 })).toThrow(/did you mean "temperature"\?/);
    expect(() => recipe("coupled-grpo", { rate: { peek: 1 } })).toThrow(
      /recipe coupled-grpo: unknown key "rate\.peek"; did you mean "peak"\?/,
    );
    expect(() => recipe("coupled-grpo", { rate: 1 })).toThrow(
      /rate=1 is no object; give one of peak, warmupSteps, floor/,
    );
  });

  it.each([
    [{ steps: 0 }, /steps=0 is no positive whole number/],
    [{ iterations: 1.5 }, /iterations=1.5 is no positive whole number/],
    [{ heldOut: { every: 0 } }, /heldOut\.every=0 is no positive whole number/],
    [{ pool: 8 }, /pool=8 holds fewer prompts than the 16 of one step/],
    [{ promptMaskShare: 1 }, /promptMaskShare=1 is outside \[0, 1\)/],
    [{ baseline: "loo" }, /unknown baseline "loo"/],
    [{ heldOut: { split: "train" } }, /unknown held-out split "train"/],
  ])("that cannot be, %j, are refused", (overrides, sentence) => {
    expect(() => recipe("coupled-grpo", overrides)).toThrow(sentence);
  });

  it.each([
    [{ steps: 0 }, /steps=0 is no positive whole number/],
    [{ network: { steps: 1.5 } }, /network\.steps=1.5 is no positive whole number/],
    [{ network: { predicts: "x0" } }, /unknown network predicts "x0"/],
    [{ errors: "norm" }, /unknown errors "norm"; did you mean "norms"\?/],
  ])("of CodeFusion that cannot be, %j, are refused", (overrides, sentence) => {
    expect(() => recipe("codefusion", overrides)).toThrow(sentence);
  });

  it.each([
    [
      { decodeSteps: 7 },
      /decodeSteps=7 does not draw the same number of positions, two or more, at every step/,
    ],
    [{ decodeSteps: 36 }, /decodeSteps=36 does not draw/],
    [{ blockLength: 5 }, /blockLength=5 does not cut 36 positions and 12 steps evenly/],
    [{ offset: "confidence" }, /unknown offset "confidence"; did you mean "log-confidence"\?/],
    [{ credit: "others" }, /unknown credit "others"/],
    [{ groupSize: 1 }, /groupSize=1 leaves nothing to compare with/],
  ])("of an order head that cannot be, %j, are refused", (overrides, sentence) => {
    expect(() => recipe("dcolt", overrides)).toThrow(sentence);
  });
});
