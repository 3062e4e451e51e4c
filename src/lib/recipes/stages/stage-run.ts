/** The run of a stage I to III recipe in its folder. */
import { Rng } from "../../core/rng.js";
import { saveCheckpoint } from "../../checkpoints/checkpoint.js";
import type { DenoiserConfig } from "../../model/config.js";
import { initParameters, parameterShapes } from "../../model/parameters.js";
import { createTrainStep, initOptimizer } from "../../train/train-step.js";
import { documentSource, testbedOfRecipe, vocabularyOf } from "./documents.js";
import type { RecipeKind } from "../recipe-kind.js";
import { loggedTraining, savedOptimizer, trainLog, type SavedOptimizer } from "./logged-training.js";
import { parentFolder, parentParameters } from "../../checkpoints/parent-checkpoint.js";
import { layerProduct } from "../../runtime/precision.js";
import { checkRecipe, stages, testbedShape, type Recipe } from "./recipes.js";
import { secondPassOf } from "./second-pass.js";
import { testbedTokenizer } from "../../checkpoints/testbed.js";
import type { TrainOptions } from "./train-options.js";
import { batchAt, sequenceLength } from "./training-data.js";
import { openValidation, validationLogs } from "./validation.js";

type StageOptions = TrainOptions<Recipe>;

export const stageTraining: RecipeKind<Recipe> = {
  stages,
  check: checkRecipe,
  testbed: testbedOfRecipe,
  product: recipe =>
    layerProduct(recipe.shape ?? testbedShape, recipe.batch * testbedOfRecipe(recipe).canvas.window),
  logs: recipe => [trainLog, ...validationLogs(recipe)],
  run: stageRun,
};

/** From the folder's state, or its beginning, to the finished checkpoint. */
async function stageRun(options: StageOptions): Promise<void> {
  const { recipe, seed, out, guard } = options;
  const model = modelConfig(recipe);
  const second = secondPassOf(recipe);
  const rng = Rng.fromSeed(seed).split(recipe.stream ?? recipe.name);
  const start = startingState(options, model, rng);
  const validation = openValidation(recipe, seed, out, model, start.step, guard);
  const tokenizer = testbedTokenizer(testbedOfRecipe(recipe));
  const [documents, vocabulary] = [documentSource(recipe, tokenizer), vocabularyOf(tokenizer)];
  await loggedTraining(options, {
    step: createTrainStep(model, recipe.adamW, { precision: recipe.precision }, second?.pass),
    start,
    batchAt: step => batchAt(recipe, vocabulary, documents, rng, step),
    sequenceLength: sequenceLength(recipe),
    save: parameters => {
      saveCheckpoint(out, model, parameters);
      second?.save(out, parameters);
    },
    onState: (current, step) => validation?.take(current.parameters, step),
    sync: () => validation?.sync(),
  });
  validation?.close();
}

/**
 * The shape of the testbed model for a recipe, its vocabulary and special ids from the testbed's tokenizer.
 */
export function modelConfig(recipe: Recipe): DenoiserConfig {
  const vocabulary = vocabularyOf(testbedTokenizer(testbedOfRecipe(recipe)));
  return {
    modelType: "Dream",
    ...(recipe.shape ?? testbedShape),
    vocabSize: vocabulary.size,
    rmsNormEps: 1e-6,
    ropeTheta: 10000,
    qkvBias: true,
    tieWordEmbeddings: false,
    shift: recipe.shift,
    maskTokenId: vocabulary.maskId,
    eosTokenId: vocabulary.eosId,
    padTokenId: vocabulary.padId,
    maxPositions: 512,
  };
}

function startingState(options: StageOptions, model: DenoiserConfig, rng: Rng): SavedOptimizer {
  const { recipe, seed, out } = options;
  const second = secondPassOf(recipe);
  const saved = savedOptimizer(out, new Map([...parameterShapes(model), ...(second?.shapes ?? [])]));
  if (saved !== null) return saved;
  const first =
    recipe.from === null
      ? initParameters(model, rng.split("init"))
      : parentParameters(parentFolder(recipe.name, recipe.from, seed, options.from), model);
  return { state: initOptimizer(new Map([...first, ...(second?.first() ?? [])])), step: 0 };
}
