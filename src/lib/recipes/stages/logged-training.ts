/**
 * A training loop in a run's folder: its rows become a log,
 * its states what to go on from, its end a checkpoint.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Precision } from "../../compile/precision.js";
import { openLog } from "../../log/log-writer.js";
import type { Parameters } from "../../model/parameters.js";
import { trainLoop, type LoopConfig, type StepReport } from "../../train/loop.js";
import type { OptimizerStep } from "../../train/train-step.js";
import type { OptimizerState } from "../../train/adamw.js";
import type { Progress } from "../../host/progress.js";
import { provenance } from "../../runtime/provenance.js";
import { logFile, type RunLog } from "./run-logs.js";
import { loadState, optimizerSets, saveState } from "./training-state.js";

/** What of a recipe the loop and its log need. */
export interface LoggedRecipe extends LoopConfig {
  readonly name: string;
  readonly stage: string;
  /** sequences a step */
  readonly batch: number;
  /** of matrix products; absent: float32 */
  readonly precision?: Precision;
}

/** A run of such a recipe in its folder. */
export interface LoggedRun {
  readonly recipe: LoggedRecipe;
  readonly seed: number;
  readonly out: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** called before the folder is changed: throws when another process has taken it over */
  readonly guard?: () => void;
}

/** A row a step. */
export const trainLog: RunLog = { kind: "train", rowsAfter: steps => steps };

/** What is trained. */
export interface Training<B> {
  /** disposed at the end */
  readonly step: OptimizerStep<B>;
  readonly start: SavedOptimizer;
  readonly batchAt: (step: number) => B;
  /** tokens of a sequence, its padding too */
  readonly sequenceLength: number;
  readonly save: (parameters: Parameters) => void;
  /** sha256 of the weights that it starts from, where they are not the project's own */
  readonly checkpointHash?: string;
  /** as the loop's */
  readonly onState?: (state: OptimizerState, step: number) => void;
  /** brings other logs of the run to the disk, before a state counts their rows */
  readonly sync?: () => void;
}

export interface SavedOptimizer {
  readonly state: OptimizerState;
  /** steps done */
  readonly step: number;
}

/** The state that an unfinished run left in its folder; null where it left none. */
export function savedOptimizer(
  out: string,
  shapes: ReadonlyMap<string, readonly number[]>,
): SavedOptimizer | null {
  const saved = loadState(out, ["parameters", "m", "v"], shapes);
  if (saved === null) return null;
  const { parameters, m, v } = saved.sets;
  return { state: { parameters, m, v }, step: saved.step };
}

/** From the start to the recipe's last step, and the checkpoint. */
export async function loggedTraining<B extends object>(run: LoggedRun, training: Training<B>): Promise<void> {
  const { recipe, seed, out, signal, guard } = run;
  const { step, start, sequenceLength, checkpointHash } = training;
  // rows beyond the state are cut off
  const log = openLog(logFile(out, "train"), "train", {
    metadata: provenance({ config: recipe, seed, checkpointHash, precision: recipe.precision }),
    resume: { rows: start.step },
    guard,
  });
  const meter = stepMeter(run, start.step, sequenceLength);
  let pending: StepReport[] = [];
  try {
    const last = await trainLoop(step, start.state, start.step, recipe, {
      batchAt: training.batchAt,
      onStep: report => {
        pending.push(report);
        meter.step(report);
      },
      onState: training.onState,
      onCheckpoint: (current, done) => {
        log.append(pending.map(report => row(run, report, sequenceLength, meter.secondsOf(report.step))));
        pending = [];
        // rows first: a state must never count what the power can still take
        log.sync();
        training.sync?.();
        guard?.();
        if (done < recipe.steps) saveState(out, optimizerSets(current), done, guard);
        else training.save(current.parameters);
      },
      signal,
    });
    for (const set of Object.values(optimizerSets(last))) tf.dispose([...set.values()]);
  } finally {
    log.close();
    step.dispose();
  }
}

function row({ recipe, seed }: LoggedRun, report: StepReport, sequenceLength: number, seconds: number) {
  return {
    run: `${recipe.name}-${seed}`,
    stage: recipe.stage,
    step: report.step,
    tokens: (report.step + 1) * recipe.batch * sequenceLength,
    loss: report.loss,
    lr: report.rate,
    gradNorm: report.gradNorm,
    seconds,
  };
}

/** Times steps and feeds the progress bar with loss, tokens a second and time left. */
function stepMeter({ recipe, progress }: LoggedRun, from: number, sequenceLength: number) {
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
      const rate = ((report.step + 1 - from) * recipe.batch * sequenceLength) / ((now - started) / 1000);
      const detail =
        `step ${report.step + 1}/${recipe.steps}  loss ${smoothed.toFixed(3)}  ${rate.toFixed(0)} ` +
        "tokens/s";
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
