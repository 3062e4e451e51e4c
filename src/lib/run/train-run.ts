/**
 * One training run as a folder: a log, a resumable state while it is unfinished, and a checkpoint that opens in
 * PyTorch when it is done. Killed at any moment it resumes from its last state and ends with the same rows:
 * rows are flushed before the state that counts them, and rows beyond the state are cut off and made again.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { openLog, type LogWriter } from "../log/log-writer.js";
import { readConfig, readParameters, saveCheckpoint } from "../model/checkpoint.js";
import type { DenoiserConfig } from "../model/config.js";
import { initParameters, parameterShapes } from "../model/parameters.js";
import { SafetensorsFile, writeSafetensors, type TensorToStore } from "../model/safetensors.js";
import { trainLoop, type StepReport } from "../train/loop.js";
import { initOptimizer, type OptimizerState } from "../train/train-step.js";
import { withLock } from "./file-lock.js";
import { documentSource, vocabularyOf } from "./documents.js";
import type { Progress } from "./progress.js";
import { provenance } from "./provenance.js";
import { testbedShape, type Recipe } from "./recipes.js";
import { checkpointFolder, testbedTokenizer, testbedTokenizerFolder } from "./testbed.js";
import { batchAt, completionLength, promptLength, windowLength } from "./training-data.js";

export interface TrainOptions {
  readonly recipe: Recipe;
  readonly seed: number;
  /** the run's folder */
  readonly out: string;
  readonly resume: boolean;
  /** checkpoint to start from; by default the shipped one of the recipe's parent with this seed */
  readonly from?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

const logName = "train.arrow";
const stateName = "state.safetensors";
const recordName = "training.json";

/**
 * Run a recipe to its end.
 * @returns "trained", or "already finished" when the folder holds this run complete
 * @throws UserError for a folder in use, another run's folder, or a missing parent checkpoint
 */
export async function trainRun(options: TrainOptions): Promise<"trained" | "already finished"> {
  const { recipe, seed, out } = options;
  const model = modelConfig(recipe);
  const identity = { recipe, seed };
  if (!claimFolder(out, identity, options.resume)) return "already finished";
  return withFolder(out, () => trainIn(options, model, identity));
}

/** One process at a time in a folder, and a folder that cannot be written is one sentence. */
async function withFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withLock(join(out, "lock"), work, pid =>
      console.error(`train: waiting for process ${pid}, which trains in ${out}`),
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof UserError || code === undefined) throw error;
    throw new UserError(
      `train: ${out} cannot be written (${code}); make room or rights there, then go on with --resume.`,
    );
  }
}

async function trainIn(options: TrainOptions, model: DenoiserConfig, identity: Identity): Promise<"trained"> {
  const { recipe, seed, out } = options;
  const rng = Rng.fromSeed(seed).split(recipe.name);
  const { state, step: from } = loadState(out, model) ?? {
    state: startingPoint(options, model, rng),
    step: 0,
  };
  const log = openTrainLog(out, options, from);
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
    onCheckpoint: (current, step) => {
      log.append(pending.map(r => row(options, r, meter.secondsOf(r.step))));
      pending = [];
      if (step < recipe.steps) saveState(out, current, step);
      else saveCheckpoint(out, model, current.parameters);
    },
    signal: options.signal,
  });
  log.close();
  finish(out, identity, last);
  return "trained";
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

interface Identity {
  readonly recipe: Recipe;
  readonly seed: number;
}

/** Make or check the folder; false when the run in it is complete. */
function claimFolder(out: string, identity: Identity, resume: boolean): boolean {
  const record = join(out, recordName);
  if (!existsSync(record)) {
    if (existsSync(out) && readdirSync(out).length > 0) {
      throw new UserError(
        `train: ${out} is not empty and holds no training run; choose another folder with --out.`,
      );
    }
    try {
      makeFolder(resolve(out));
      writeRecord(out, {
        ...provenance({ config: identity.recipe, seed: identity.seed }),
        ...identity,
        finished: false,
      });
    } catch (error) {
      throw new UserError(
        `train: ${out} cannot be written (${(error as NodeJS.ErrnoException).code}); choose another folder with --out.`,
      );
    }
    return true;
  }
  if (!resume)
    throw new UserError(
      `train: ${out} already holds a run; add --resume to go on with it, or choose another folder with --out.`,
    );
  const known = readRecord(record);
  if (JSON.stringify({ recipe: known["recipe"], seed: known["seed"] }) !== JSON.stringify(identity)) {
    throw new UserError(
      `train: ${out} holds another run (see its ${recordName}); resume with its own recipe and seed, or choose another folder.`,
    );
  }
  return known["finished"] !== true;
}

/** Parent by parent: Node's own recursive mkdir never returns under /proc, which refuses with "not found". */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function startingPoint(options: TrainOptions, model: DenoiserConfig, rng: Rng): OptimizerState {
  const { recipe, seed } = options;
  if (recipe.from === null) return initOptimizer(initParameters(model, rng.split("init")));
  const folder = options.from ?? checkpointFolder(recipe.from, seed);
  if (!existsSync(join(folder, "config.json"))) {
    throw new UserError(
      `train: ${recipe.name} starts from ${recipe.from}, but ${folder} holds no checkpoint; run npm run train -- --recipe ${recipe.from} --seed ${seed} --out ${folder} first, or name one with --from.`,
    );
  }
  const parent = readConfig(folder);
  if (JSON.stringify([...parameterShapes(parent)]) !== JSON.stringify([...parameterShapes(model)])) {
    throw new UserError(
      `train: the checkpoint ${folder} has another shape than the testbed model; name one of the testbed with --from.`,
    );
  }
  return initOptimizer(readParameters(folder, parent));
}

/** Rows beyond the state are cut off; fewer than the state counts is an error, for they are lost. */
function openTrainLog(out: string, { recipe, seed }: TrainOptions, rows: number): LogWriter<"train"> {
  return openLog(join(out, logName), "train", {
    metadata: provenance({ config: recipe, seed }),
    resume: { rows },
  });
}

function row({ recipe, seed }: TrainOptions, report: StepReport, seconds: number) {
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
function stepMeter({ recipe, progress }: TrainOptions, from: number) {
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

/** Parameters and moments in float32, with the number of steps done; replaced atomically. */
function saveState(out: string, state: OptimizerState, step: number): void {
  const tensors = new Map<string, TensorToStore>();
  for (const [kind, map] of stateMaps(state)) {
    for (const [name, t] of map)
      tensors.set(`${kind}.${name}`, { dtype: "F32", shape: t.shape, values: t.dataSync<"float32">() });
  }
  const path = join(out, stateName);
  writeSafetensors(`${path}.tmp`, tensors, { step: String(step) });
  renameSync(`${path}.tmp`, path);
}

function loadState(out: string, model: DenoiserConfig): { state: OptimizerState; step: number } | null {
  const path = join(out, stateName);
  if (!existsSync(path)) return null;
  const file = SafetensorsFile.open(path);
  try {
    const read = (kind: string) =>
      new Map(
        [...parameterShapes(model)].map(([name, shape]) => [
          name,
          tf.tensor(file.readFloat32(`${kind}.${name}`), shape),
        ]),
      );
    return {
      state: { parameters: read("parameters"), m: read("m"), v: read("v") },
      step: Number(file.metadata["step"]),
    };
  } finally {
    file.close();
  }
}

function stateMaps(state: OptimizerState): [string, ReadonlyMap<string, tf.Tensor>][] {
  return [
    ["parameters", state.parameters],
    ["m", state.m],
    ["v", state.v],
  ];
}

/** The weights are written already: add the tokenizer, mark the run finished, drop the state. */
function finish(out: string, identity: Identity, state: OptimizerState): void {
  for (const [, map] of stateMaps(state)) tf.dispose([...map.values()]);
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
    copyFileSync(join(testbedTokenizerFolder(), file), join(out, file));
  }
  writeRecord(out, {
    ...provenance({ config: identity.recipe, seed: identity.seed }),
    ...identity,
    finished: true,
  });
  rmSync(join(out, stateName), { force: true });
}

function writeRecord(out: string, record: Record<string, unknown>): void {
  const path = join(out, recordName);
  writeFileSync(`${path}.tmp`, JSON.stringify(record, null, 2) + "\n");
  renameSync(`${path}.tmp`, path);
}

function readRecord(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(
      `train: ${path} cannot be read (${(error as Error).message}); remove the folder and start again.`,
    );
  }
}
