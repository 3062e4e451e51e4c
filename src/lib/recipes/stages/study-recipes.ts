/**
 * Recipes of the training studies: the presets of `recipes.ts` with what a
 * claim compares changed. Those of one study share a random stream: the
 * same first weights, documents and masks, a training seed after the other.
 */
import { precisions } from "../../compile/precision.js";
import { preset, type Recipe } from "./recipes.js";

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

/**
 * Stage I as it is, in either precision. Held-out losses are computed in float32 of both: what is compared is
 * what training in bfloat16 made of the weights.
 */
export const precisionRecipes: readonly Recipe[] = precisions.map(precision => ({
  ...preset("stage1"),
  name: `stage1-${precision}`,
  stream: "precision",
  validation: { after: [0, 50, 100, 200, 400, 600, 800], sequences: 128, draws: 8 },
  ...(precision === "float32" ? {} : { precision }),
}));
