/**
 * The recipe of CodeFusion (arXiv 2310.17680), scaled to the testbed. [S] follows summaries of the paper, [R]
 * is our choice where they are silent or the size forbids. Left out: a pre-trained encoder (CodeT5 there;
 * here one layer, trained along), and both pre-training tasks on code alone (generation from a noise
 * encoding, and code-specific corruption), which the paper credits with 10.9 and 4.6 points.
 */
import { precisions } from "../../compile/precision.js";
import { UserError } from "../../core/errors.js";
import { check, choice, exactly, fields, number, orAbsent, whole, word, type Of } from "../../core/schema.js";
import { predictions } from "./config.js";
import { errorKinds } from "./loss.js";
import { adamWDefaults, adamWSchema } from "../../train/adamw.js";
import { learningRateSchema } from "../../train/learning-rate.js";
import { documentSchema } from "../../recipes/stages/documents.js";
import { countedBatch, countedSteps } from "../../recipes/stages/recipes.js";

const [width, layers] = [whole(1, 8192), whole(1, 64)];

export const fusionRecipeSchema = fields({
  name: word,
  stage: choice(["fusion"]),
  /** no parent: trained from random weights */
  from: exactly(null, "means nothing, CodeFusion has no parent; leave it null"),
  steps: countedSteps,
  batch: countedBatch,
  rate: learningRateSchema,
  adamW: adamWSchema,
  checkpointEvery: countedSteps,
  /** of matrix products; absent: float32 */
  precision: orAbsent(choice(precisions)),
  ...documentSchema.entries,
  errors: choice(errorKinds),
  network: fields({
    hiddenSize: width,
    heads: whole(1, 256),
    intermediateSize: width,
    embeddingSize: width,
    encoderLayers: layers,
    denoiserLayers: layers,
    decoderLayers: layers,
    steps: whole(1, 100_000),
    predicts: choice(predictions),
    rmsNormEps: number("(0, 1]"),
    ropeTheta: number("(0, 1000000000]"),
  }),
});
export type FusionRecipe = Of<typeof fusionRecipeSchema>;

export const codefusion: FusionRecipe = {
  name: "codefusion",
  stage: "fusion",
  from: null,
  steps: 5000,
  batch: 32,
  rate: { peak: 2e-3, warmupSteps: 50, floor: 0.1 }, // that of the testbed's AR parent [R]
  adamW: adamWDefaults,
  checkpointEvery: 100,
  // (prompt, program) pairs without the testbed's mistakes
  // and token noise, which a sampler would reproduce [R]
  codeShare: 1,
  mistakeShare: 0,
  boundaryShare: 0,
  tokenNoise: 0,
  errors: "mean squares", // [R]
  network: {
    hiddenSize: 96, // the testbed's
    heads: 4,
    intermediateSize: 256,
    embeddingSize: 16, // [R], network.ts; see LOG.md
    encoderLayers: 1, // 12 in the paper's encoder, N 10, D 6 [S]
    denoiserLayers: 2,
    decoderLayers: 1,
    steps: 200, // [R]; 1200 in the paper [S]
    predicts: "start", // [R]; the paper predicts the noise [S], see LOG.md
    rmsNormEps: 1e-6,
    ropeTheta: 10000,
  },
};

/** @throws UserError for a recipe that no run can follow */
export function checkFusionRecipe(recipe: FusionRecipe): void {
  const where = `recipe ${recipe.name}`;
  check(where, fusionRecipeSchema, recipe);
  const { hiddenSize, heads } = recipe.network;
  if (hiddenSize % (2 * heads) !== 0)
    throw new UserError(
      `${where}: network.hiddenSize=${hiddenSize} is no even multiple of network.heads=${heads}; ` +
        "change one of them.",
    );
}
