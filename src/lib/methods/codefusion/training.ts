/** The run of a CodeFusion recipe in its folder, and its batches of (prompt, program) pairs. */
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../../core/rng.js";
import { stratifiedRatios } from "../../diffusion/forward-process.js";
import { saveFusion } from "./checkpoint.js";
import type { FusionConfig } from "./config.js";
import { promptTensors } from "./generate.js";
import { fusionShapes, initFusion } from "./parameters.js";
import { signalShare, stepFeatures } from "./schedule.js";
import { createFusionStep, type FusionBatch } from "./train-step.js";
import { initOptimizer } from "../../train/train-step.js";
import {
  documentSource,
  testbedOfRecipe,
  vocabularyOf,
  type DocumentSource,
  type TokenDocument,
} from "../../recipes/stages/documents.js";
import { checkFusionRecipe, type FusionRecipe } from "./recipe.js";
import { loggedTraining, savedOptimizer, trainLog } from "../../recipes/stages/logged-training.js";
import type { RecipeKind } from "../../recipes/recipe-kind.js";
import { layerProduct } from "../../runtime/precision.js";
import { testbedTokenizer } from "../../checkpoints/testbed.js";
import type { TrainOptions } from "../../recipes/stages/train-options.js";
import { smallTestbed } from "../../tasks/testbeds.js";
import { completionLength, fittingDocument, promptLength } from "../../recipes/stages/training-data.js";

export const fusionTraining: RecipeKind<FusionRecipe> = {
  stages: ["fusion"],
  check: checkFusionRecipe,
  testbed: testbedOfRecipe,
  product: recipe => layerProduct(recipe.network, recipe.batch * testbedOfRecipe(recipe).canvas.window),
  logs: () => [trainLog],
  run: fusionRun,
};

/** From the folder's state, or random weights, to the finished checkpoint. */
async function fusionRun(options: TrainOptions<FusionRecipe>): Promise<void> {
  const { recipe, seed, out } = options;
  const config = fusionConfigOf(recipe);
  const rng = Rng.fromSeed(seed).split(recipe.name);
  const start = savedOptimizer(out, fusionShapes(config)) ?? {
    state: initOptimizer(initFusion(config, rng.split("init"))),
    step: 0,
  };
  const documents = documentSource(recipe, testbedTokenizer());
  await loggedTraining(options, {
    step: createFusionStep(config, recipe.errors, recipe.adamW, {
      precision: recipe.precision,
    }),
    start,
    batchAt: step => fusionBatchAt(recipe.batch, config, documents, rng, step),
    sequenceLength: promptLength + completionLength,
    save: parameters => saveFusion(out, config, parameters),
  });
}

/** The network of a recipe, on the testbed's canvas and vocabulary. */
export function fusionConfigOf({ network }: FusionRecipe): FusionConfig {
  const { size, padId } = vocabularyOf(testbedTokenizer());
  return { ...network, vocabSize: size, padTokenId: padId, promptLength, length: completionLength };
}

/**
 * The batch of a step, from a stream of pairs that never repeats: a function of seed and step. Steps t are
 * stratified over the batch, their density rising with t [R]: what a program becomes is decided while there
 * is much noise. Tensors are the caller's.
 */
export function fusionBatchAt(
  batch: number,
  config: FusionConfig,
  documents: DocumentSource,
  rng: Rng,
  step: number,
): FusionBatch {
  const draws = rng.split("step").split(step);
  const pairs = Array.from({ length: batch }, (_, b) =>
    fittingDocument(smallTestbed.canvas, documents, rng.split("document").split(step * batch + b)),
  );
  const times = stratifiedRatios(batch, draws.split("t")).map(ratio =>
    Math.ceil(Math.sqrt(ratio) * config.steps),
  );
  return noisedPairs(config, pairs, times, draws.split("noise"));
}

/** Pairs with the step t of each and the noise that it takes. Tensors are the caller's. */
export function noisedPairs(
  config: FusionConfig,
  pairs: readonly TokenDocument[],
  times: ArrayLike<number>,
  rng: Rng,
): FusionBatch {
  const { length: n, embeddingSize: e, hiddenSize: d, steps, padTokenId } = config;
  const batch = pairs.length;
  const programs = new Int32Array(batch * n).fill(padTokenId);
  const features = new Float32Array(batch * d);
  pairs.forEach(({ completion }, b) => {
    programs.set(completion, b * n);
    features.set(stepFeatures(times[b], d), b * d);
  });
  const noise = Float32Array.from({ length: batch * n * e }, () => rng.normal());
  const { ids: prompts, attentionMask } = promptTensors(
    config,
    pairs.map(pair => pair.prompt),
  );
  return {
    prompts,
    attentionMask,
    programs: tf.tensor2d(programs, [batch, n], "int32"),
    noise: tf.tensor3d(noise, [batch, n, e]),
    shares: tf.tensor2d(
      Array.from(times, t => signalShare(t / steps)),
      [batch, 1],
    ),
    features: tf.tensor2d(features, [batch, d]),
  };
}
