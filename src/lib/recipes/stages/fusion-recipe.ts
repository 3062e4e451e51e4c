/**
 * The recipe of CodeFusion (arXiv 2310.17680), scaled to the testbed. [S] follows summaries of the paper, [R] is our choice where
 * they are silent or the size forbids. Left out: a pre-trained encoder (CodeT5 there; here one layer, trained along), and
 * both pre-training tasks on code alone (generation from a noise encoding, and code-specific corruption), which the
 * paper credits with 10.9 and 4.6 points.
 */
import { precisions } from "../../compile/precision.js";
import { UserError } from "../../core/errors.js";
import { quoted } from "../../core/plain-text.js";
import { checkRules, choice, fields, number, orAbsent, whole, word, type RulesOf } from "../../core/rules.js";
import { predictions, type FusionConfig } from "../../fusion/config.js";
import { errorKinds, type ErrorKind } from "../../fusion/loss.js";
import { adamWDefaults, adamWRules } from "../../train/adamw.js";
import { learningRateRules } from "../../train/learning-rate.js";
import { documentRules, type DocumentNoise } from "./documents.js";
import type { LoggedRecipe } from "./logged-training.js";
import { countedBatch, countedSteps } from "./recipes.js";

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

const [width, layers] = [whole(1, 8192), whole(1, 64)];
const rules: RulesOf<FusionRecipe> = {
  name: word,
  stage: choice(["fusion"]),
  from: (value, place) => {
    if (value !== null)
      throw new UserError(`${place.where}: from=${quoted(value)} means nothing, CodeFusion has no parent; leave it null.`); // prettier-ignore
  },
  steps: countedSteps,
  batch: countedBatch,
  rate: fields(learningRateRules),
  adamW: fields(adamWRules),
  checkpointEvery: countedSteps,
  precision: orAbsent(choice(precisions)),
  ...documentRules,
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
  } satisfies RulesOf<FusionRecipe["network"]>),
};

/** @throws UserError for a recipe that no run can follow */
export function checkFusionRecipe(recipe: FusionRecipe): void {
  const where = `recipe ${recipe.name}`;
  checkRules(where, recipe, rules);
  const { hiddenSize, heads } = recipe.network;
  if (hiddenSize % (2 * heads) !== 0)
    throw new UserError(
      `${where}: network.hiddenSize=${hiddenSize} is no even multiple of network.heads=${heads}; change one of them.`,
    );
}
