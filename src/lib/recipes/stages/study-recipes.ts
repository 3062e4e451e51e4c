/**
 * Recipes of the training studies: the presets of `recipes.ts` with what a
 * claim compares changed. Those of one study share a random stream: the
 * same first weights, documents and masks, a training seed after the other.
 */
import { softScalarDefaults } from "../../model/soft-masking.js";
import { recipes, type Recipe } from "./recipes.js";

function preset(name: string): Recipe {
  const found = recipes.find(recipe => recipe.name === name);
  if (found === undefined) throw new Error(`internal: no recipe ${name}`);
  return found;
}

/** Half of stage I: four variants and three seeds take their time. */
const n11Steps = 400;

/**
 * N11: stage I from the AR parent, with the shift kept or dropped, attention annealed over the first tenth of
 * the run or full from the start. The share is DiffuCoder's (10k of 100k steps, §3 [P]) and DiffuLLaMA's way
 * of annealing (arXiv 2410.17891, code [C]), whose 10k steps are a share of no fixed size: that a share is
 * what matters is our reading [R].
 */
export const n11Recipes: readonly Recipe[] = [true, false].flatMap(shift =>
  [n11Steps / 10, 0].map(annealSteps => ({
    ...preset("stage1"),
    name: `n11-${shift ? "shift" : "no-shift"}-${annealSteps > 0 ? "annealed" : "abrupt"}`,
    stream: "n11",
    shift,
    annealSteps,
    steps: n11Steps,
    validation: { after: [0, 25, 50, 100, 200, 300, 400], sequences: 128, draws: 8 },
  })),
);

/** Windows of the corpus of N13, and steps to see each once. */
const n13Windows = 128;
const n13Batch = 16;
const n13EpochSteps = n13Windows / n13Batch;

/** Passes over the corpus after which losses are taken; the last is the end. */
const n13Epochs = [0, 1, 2, 4, 7, 10, 15, 20, 30, 45, 60, 80, 100];

/**
 * N13: next tokens under causal attention against masked tokens under full attention, from the same random
 * weights, on the same 8,192 tokens of MiniPy, with the shift for both (arXiv 2507.15857 is the template [S];
 * sizes and data are ours [R]). Rate and schedule are those of the AR parent: tuned for AR, if for either.
 */
export const n13Recipes: readonly Recipe[] = (["ar", "adapt"] as const).map(stage => ({
  ...preset("ar-parent"),
  name: stage === "ar" ? "n13-ar" : "n13-diffusion",
  stream: "n13",
  stage,
  examples: n13Windows,
  batch: n13Batch,
  steps: 100 * n13EpochSteps,
  codeShare: 1,
  mistakeShare: 0.05,
  tokenNoise: 0.02,
  checkpointEvery: 400,
  validation: { after: n13Epochs.map(epoch => epoch * n13EpochSteps), sequences: 64, draws: 8 },
}));

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
