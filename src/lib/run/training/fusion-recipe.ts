/**
 * The recipe of CodeFusion (arXiv 2310.17680), scaled to the testbed. [S] follows summaries of the paper, [R] is our choice where
 * they are silent or the size forbids. Left out: a pre-trained encoder (CodeT5 there; here one layer, trained along), and
 * both pre-training tasks on code alone (generation from a noise encoding, and code-specific corruption), which the
 * paper credits with 10.9 and 4.6 points.
 */
import { unknownName, UserError } from "../../core/errors.js";
import { predictions, type FusionConfig } from "../../fusion/config.js";
import { errorKinds, type ErrorKind } from "../../fusion/loss.js";
import { adamWDefaults } from "../../train/adamw.js";
import type { DocumentNoise } from "./documents.js";
import type { LoggedRecipe } from "./logged-training.js";

export interface FusionRecipe extends LoggedRecipe, DocumentNoise {
  readonly stage: "fusion";
  /** no parent: trained from random weights */
  readonly from: null;
  readonly errors: ErrorKind;
  readonly network: Omit<FusionConfig, "vocabSize" | "padTokenId" | "promptLength" | "length">;
}

export const codefusion: FusionRecipe = {
  name: "codefusion",
  stage: "fusion",
  from: null,
  steps: 5000,
  batch: 32,
  rate: { peak: 2e-3, warmupSteps: 50, floor: 0.1 }, // that of the testbed's AR parent [R]
  adamW: adamWDefaults,
  checkpointEvery: 100,
  // (prompt, program) pairs without the testbed's mistakes and token noise, which a sampler would reproduce [R]
  codeShare: 1,
  mistakeShare: 0,
  boundaryShare: 0,
  tokenNoise: 0,
  errors: "mean squares", // [R]
  network: {
    hiddenSize: 96, // the testbed's
    heads: 4,
    intermediateSize: 256,
    embeddingSize: 16, // [R], src/lib/fusion/network.ts; see LOG.md
    encoderLayers: 1, // 12 in the paper's encoder, N 10, D 6 [S]
    denoiserLayers: 2,
    decoderLayers: 1,
    steps: 200, // [R]; 1200 in the paper [S]
    predicts: "start", // [R]; the paper predicts the noise [S], see LOG.md
    rmsNormEps: 1e-6,
    ropeTheta: 10000,
  },
};

/** @throws UserError for a recipe that no run can follow, where nothing later would say so better */
export function checkFusionRecipe(recipe: FusionRecipe): void {
  const where = `recipe ${recipe.name}`;
  const { errors, network } = recipe;
  if (!errorKinds.includes(errors)) throw unknownName(where, "errors", errors, errorKinds);
  if (!predictions.includes(network.predicts))
    throw unknownName(where, "network predicts", network.predicts, predictions);
  const counts = { steps: recipe.steps, batch: recipe.batch, "network.steps": network.steps };
  for (const [key, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UserError(`${where}: ${key}=${value} is no positive whole number; give at least 1.`);
  }
}
