/**
 * A training run as the real ones are, lock, folder, logs, states
 * and record, whose step is a sum: a crash costs no seconds.
 */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { openLog, type LogWriter } from "../../src/lib/log/log-writer.js";
import { readLog } from "../../src/lib/log/log-reader.js";
import { provenance } from "../../src/lib/runtime/provenance.js";
import { loggedTraining, savedOptimizer, trainLog } from "../../src/lib/recipes/stages/logged-training.js";
import { inRunFolder } from "../../src/lib/recipes/stages/run-folder.js";
import { logFile, type RunLog } from "../../src/lib/recipes/stages/run-logs.js";
import { writeSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";
import { adamWDefaults, type OptimizerState } from "../../src/lib/train/adamw.js";
import { initOptimizer, type OptimizerStep } from "../../src/lib/train/train-step.js";

export const smallRecipe = {
  name: "small",
  stage: "test",
  batch: 2,
  steps: 7,
  checkpointEvery: 2,
  rate: { peak: 0.5, warmupSteps: 2, floor: 0.1 },
  adamW: adamWDefaults,
};

const shapes = new Map([["w", [3]]]);
/** Losses are taken before the first step and after every third. */
const isScored = (step: number) => step % 3 === 0;
const losses: RunLog = {
  kind: "losses",
  rowsAfter: steps => (steps === 0 ? 0 : 1 + Math.floor(steps / 3)),
};
export const smallLogs = [trainLog, losses];

/** w becomes w / 2 + rate * (step + 1): every loss depends on all steps before. */
const step: OptimizerStep<object> = Object.assign(
  (state: OptimizerState, _: object, rate: number, i: number) => {
    const w = state.parameters.get("w") as tf.Tensor;
    const values = Array.from(w.dataSync(), x => x / 2 + rate * (i + 1));
    tf.dispose([...state.parameters.values(), ...state.m.values(), ...state.v.values()]);
    const next = initOptimizer(new Map([["w", tf.tensor1d(values)]]));
    return { state: next, loss: values[0], gradNorm: 1 };
  },
  { mode: () => "a sum", dispose: () => undefined },
);

/** Begin or go on with the run in a folder. */
export function smallRun(out: string, beforeStep: (step: number) => void = () => undefined) {
  const identity = { recipe: smallRecipe, seed: 1 };
  const work = async (guard: () => void) => {
    const start = savedOptimizer(out, shapes) ?? {
      state: initOptimizer(new Map([["w", tf.tensor1d([1, 2, 3])]])),
      step: 0,
    };
    const log: LogWriter<"losses"> = openLog(logFile(out, "losses"), "losses", {
      metadata: provenance({ config: smallRecipe, seed: 1 }),
      resume: { rows: losses.rowsAfter(start.step) },
      guard,
    });
    await loggedTraining(
      { recipe: smallRecipe, seed: 1, out, guard },
      {
        ...{ step, start, sequenceLength: 1, batchAt: i => (beforeStep(i), {}) },
        onState: (state, done) => {
          if (isScored(done)) log.append([lossRow(done, state)]);
        },
        sync: () => log.sync(),
        save: parameters => {
          const values = (parameters.get("w") as tf.Tensor).dataSync<"float32">();
          writeSafetensors(
            join(out, "model.safetensors"),
            new Map([["w", { dtype: "F32", shape: [3], values }]]),
          );
        },
      },
    );
    log.close();
  };
  return inRunFolder(out, identity, true, { logs: smallLogs, work });
}

function lossRow(done: number, { parameters }: OptimizerState) {
  const lossSum = (parameters.get("w") as tf.Tensor).dataSync()[2];
  return {
    run: "small",
    problem: `step-${done}`,
    t: 0,
    replicate: 0,
    masked: 1,
    completionLength: 1,
    lossSum,
  };
}

/** Everything that a run leaves and that must not depend on how often it was interrupted. */
export function outcomeOf(out: string) {
  const train = readLog(logFile(out, "train"), "train");
  return {
    complete: train.complete,
    train: train.rows().map(row => ({ ...row, seconds: 0 })),
    losses: readLog(logFile(out, "losses"), "losses").rows(),
  };
}
