/** The run of a stage I to III recipe in its folder: the loop's rows and checkpoints become files. */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import { openLog, type LogWriter } from "../log/log-writer.js";
import { saveCheckpoint } from "../model/checkpoint.js";
import type { DenoiserConfig } from "../model/config.js";
import { initParameters, parameterShapes, type Parameters } from "../model/parameters.js";
import { softNames, softParameters, softScalarsOf } from "../model/soft-masking.js";
import { trainLoop, type StepReport } from "../train/loop.js";
import { initOptimizer, type OptimizerState } from "../train/train-step.js";
import { documentSource, vocabularyOf } from "./documents.js";
import { parentFolder, parentParameters } from "./parent-checkpoint.js";
import { provenance } from "./provenance.js";
import { testbedShape, type Recipe } from "./recipes.js";
import { saveSoftMasking } from "./soft-masking-file.js";
import { testbedTokenizer } from "./testbed.js";
import type { TrainOptions } from "./train-run.js";
import { batchAt, completionLength, promptLength, windowLength } from "./training-data.js";
import { loadState, optimizerSets, saveState } from "./training-state.js";
import { openValidation } from "./validation.js";

type StageOptions = TrainOptions<Recipe>;

/** From the folder's state, or its beginning, to the finished checkpoint. */
export async function stageRun(options: StageOptions): Promise<void> {
  const { recipe, seed, out } = options;
  const model = modelConfig(recipe);
  const rng = Rng.fromSeed(seed).split(recipe.stream ?? recipe.name);
  const { state, step: from } = startingState(options, model, rng);
  const log = openTrainLog(out, options, from);
  const validation = openValidation(recipe, seed, out, model, from);
  const documents = documentSource(recipe, testbedTokenizer());
  const vocabulary = vocabularyOf(testbedTokenizer());
  const meter = stepMeter(options, from);
  let pending: StepReport[] = [];
  const last = await trainLoop(model, state, from, recipe, {
    batchAt: step => batchAt(recipe, vocabulary, documents, rng, step),
    onStep: report => {
      pending.push(report);
      meter.step(report);
    },
    onState: (current, step) => validation?.take(current.parameters, step),
    onCheckpoint: (current, step) => {
      log.append(pending.map(r => row(options, r, meter.secondsOf(r.step))));
      pending = [];
      if (step < recipe.steps) saveState(out, optimizerSets(current), step);
      else saveModel(out, recipe, model, current.parameters);
    },
    signal: options.signal,
  });
  log.close();
  validation?.close();
  for (const set of Object.values(optimizerSets(last))) tf.dispose([...set.values()]);
}

/** The checkpoint, and beside it what soft-masking has learned. */
function saveModel(out: string, recipe: Recipe, model: DenoiserConfig, parameters: Parameters): void {
  saveCheckpoint(out, model, parameters);
  if (recipe.softMasking === undefined) return;
  saveSoftMasking(out, { k: recipe.softMasking.k, ...softScalarsOf(parameters) });
}

/** The shape of the testbed model for a recipe, its vocabulary and special ids from the testbed's tokenizer. */
export function modelConfig(recipe: Recipe): DenoiserConfig {
  const vocabulary = vocabularyOf(testbedTokenizer());
  return {
    modelType: "Dream",
    ...testbedShape,
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

function startingState(
  options: StageOptions,
  model: DenoiserConfig,
  rng: Rng,
): { state: OptimizerState; step: number } {
  const { recipe, seed, out } = options;
  const { softMasking } = recipe;
  const added: [string, number[]][] = softMasking === undefined ? [] : softNames.map(name => [name, []]);
  const saved = loadState(out, ["parameters", "m", "v"], new Map([...parameterShapes(model), ...added]));
  if (saved !== null) {
    const { parameters, m, v } = saved.sets;
    return { state: { parameters, m, v }, step: saved.step };
  }
  const scalars = softMasking === undefined ? [] : softParameters(softMasking.start);
  const first =
    recipe.from === null
      ? initParameters(model, rng.split("init"))
      : parentParameters(parentFolder(recipe.name, recipe.from, seed, options.from), model);
  return { state: initOptimizer(new Map([...first, ...scalars])), step: 0 };
}

/** Rows beyond the state are cut off; fewer than the state counts is an error, for they are lost. */
function openTrainLog(out: string, { recipe, seed }: StageOptions, rows: number): LogWriter<"train"> {
  return openLog(join(out, "train.arrow"), "train", {
    metadata: provenance({ config: recipe, seed }),
    resume: { rows },
  });
}

function row({ recipe, seed }: StageOptions, report: StepReport, seconds: number) {
  const length = recipe.stage === "instruct" ? promptLength + completionLength : windowLength;
  return {
    run: `${recipe.name}-${seed}`,
    stage: recipe.stage,
    step: report.step,
    tokens: (report.step + 1) * recipe.batch * length,
    loss: report.loss,
    lr: report.rate,
    gradNorm: report.gradNorm,
    seconds,
  };
}

/** Times steps and feeds the progress bar with loss, tokens a second and time left. */
function stepMeter({ recipe, progress }: StageOptions, from: number) {
  const length = recipe.stage === "instruct" ? promptLength + completionLength : windowLength;
  const started = performance.now();
  let before = started;
  let smoothed = NaN;
  const seconds = new Map<number, number>();
  return {
    step(report: StepReport): void {
      const now = performance.now();
      seconds.set(report.step, (now - before) / 1000);
      before = now;
      smoothed = Number.isNaN(smoothed) ? report.loss : 0.95 * smoothed + 0.05 * report.loss;
      const rate = ((report.step + 1 - from) * recipe.batch * length) / ((now - started) / 1000);
      const detail = `step ${report.step + 1}/${recipe.steps}  loss ${smoothed.toFixed(3)}  ${rate.toFixed(0)} tokens/s`;
      progress?.((report.step + 1) / recipe.steps, detail);
    },
    /** Seconds that a step took; each is asked for once. */
    secondsOf(step: number): number {
      const value = seconds.get(step) as number;
      seconds.delete(step);
      return value;
    },
  };
}
