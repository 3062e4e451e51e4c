/**
 * Stages I to III on scripts and stories. Nothing is wrong in their data but edge cases that a share of the
 * programs forget, which plus tests alone show: the room for improvement is to come from the programs, not
 * from noise. A step has as many windows as those of the small testbed, of twice the length.
 */
import { adamWDefaults } from "../../train/adamw.js";
import { testbedShape, type Recipe } from "./recipes.js";

const base: Omit<Recipe, "name" | "stage" | "from" | "steps" | "rate"> = {
  shape: testbedShape,
  shift: true,
  batch: 32,
  adamW: adamWDefaults,
  annealSteps: 0,
  conditionalPhaseInSteps: 0,
  examples: 0,
  codeShare: 0.5,
  tasks: { scripts: 0.5, stories: 0.5 },
  mistakeShare: 0,
  boundaryShare: 0.4,
  tokenNoise: 0,
  tail: "random-cut",
  checkpointEvery: 100,
};

/** Cosine to 10% of the peak (DiffuCoder B.1). */
const rate = (peak: number) => ({ peak, warmupSteps: 50, floor: 0.1 });

export const scriptRecipes: readonly Recipe[] = [
  { ...base, name: "scripts-ar-parent", stage: "ar", from: null, steps: 2000, rate: rate(2e-3) },
  {
    ...{ ...base, name: "scripts-stage1", stage: "adapt", from: "scripts-ar-parent" },
    ...{ steps: 2400, rate: rate(1e-3), annealSteps: 240 },
  },
  {
    ...{ ...base, name: "scripts-stage2", stage: "adapt", from: "scripts-stage1" },
    ...{ steps: 1200, rate: rate(8e-4), examples: 9600 },
  },
  {
    ...{ ...base, name: "scripts-instruct", stage: "instruct", from: "scripts-stage2" },
    ...{ steps: 2000, rate: rate(7e-4), examples: 12_800, conditionalPhaseInSteps: 60 },
  },
];
