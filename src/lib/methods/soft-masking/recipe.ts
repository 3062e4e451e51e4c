/** N7: the instruct model trained further, with soft inputs and plainly. */
import { preset, type Recipe } from "../../recipes/stages/recipes.js";
import { softScalarDefaults } from "./operator.js";

/** Steps of the soft-masked continuation of N7, and the share of them that make two passes. */
const n7Steps = 200;
const n7Share = 0.8;
/** Passes that these make, on average: as many steps of one pass. */
const n7Passes = Math.round(n7Steps * (1 + n7Share));

/** Stage III goes on with data of its kind that it has not seen, at half its rate. */
const n7Base: Recipe = {
  ...preset("instruct"),
  from: "instruct",
  stream: "n7",
  examples: 0,
  conditionalPhaseInSteps: 0,
  rate: { peak: 3.5e-4, warmupSteps: 20, floor: 0.1 },
};
const n7Validation = (steps: number) => ({
  after: [0, 0.25, 0.5, 1].map(share => Math.round(share * steps)),
  sequences: 64,
  draws: 8,
});

/**
 * N7: the instruct model trained further with soft inputs, and plainly for as many updates and for as many
 * passes (a pass without a gradient costs a third of one with it, so equal passes favour the plain run). From
 * the paper of soft-masking (arXiv 2510.17206): p_sm 0.8, its best by ablation [S]; k = 3, its value for
 * language [C] (k = 1 is that for code); scalars at a rate of 1e-2 [C]. The start of w_s at 0.1, not 1e-6, is
 * ours [R], as are length and rate of the continuation.
 */
export const n7Recipes: readonly Recipe[] = [
  {
    ...n7Base,
    name: "n7-soft",
    steps: n7Steps,
    validation: n7Validation(n7Steps),
    softMasking: { k: 3, share: n7Share, ratePeak: 1e-2, start: softScalarDefaults },
  },
  { ...n7Base, name: "n7-plain-updates", steps: n7Steps, validation: n7Validation(n7Steps) },
  { ...n7Base, name: "n7-plain-passes", steps: n7Passes, validation: n7Validation(n7Passes) },
];
