/**
 * The training loop of every stage. It owns no files and no clock: rows and
 * checkpoints go to callbacks, and each step's data depend on the step's
 * number alone, so a run can stop after any checkpoint and go on from it.
 */
import { nextTurn } from "../core/event-loop.js";
import { UserError } from "../core/errors.js";
import type { AdamWConfig, OptimizerState } from "./adamw.js";
import { learningRate, type LearningRateConfig } from "./learning-rate.js";
import type { OptimizerStep } from "./train-step.js";
import * as tf from "@tensorflow/tfjs-core";

export interface LoopConfig {
  readonly steps: number;
  readonly rate: LearningRateConfig;
  readonly adamW: AdamWConfig;
  /** a checkpoint is offered after every so many steps, and after the last */
  readonly checkpointEvery: number;
}

/** What one step measured. */
export interface StepReport {
  /** counted from 0 */
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly rate: number;
}

export interface LoopHooks<B> {
  /** the batch of a step; the loop disposes its tensors */
  readonly batchAt: (step: number) => B;
  readonly onStep: (report: StepReport) => void;
  /** before the first step of a new run and after every step, before its checkpoint; `state` is borrowed */
  readonly onState?: (state: OptimizerState, step: number) => void;
  /** @param step number of steps done; `state` is borrowed */
  readonly onCheckpoint: (state: OptimizerState, step: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Run steps `from` to `config.steps`; consumes `state`, returns the last one.
 * @param step stays the caller's
 * @throws when the loss stops being finite: the last checkpoint stays the last good one
 */
export async function trainLoop<B extends object>(
  step: OptimizerStep<B>,
  state: OptimizerState,
  from: number,
  config: LoopConfig,
  hooks: LoopHooks<B>,
): Promise<OptimizerState> {
  let current = state;
  if (from === 0) hooks.onState?.(current, 0);
  for (let i = from; i < config.steps; i++) {
    hooks.signal?.throwIfAborted();
    const rate = learningRate(i, config.steps, config.rate);
    const batch = hooks.batchAt(i);
    const { state: next, loss, gradNorm } = step(current, batch, rate, i);
    tf.dispose(Object.values(batch) as tf.TensorContainer);
    current = next;
    if (!Number.isFinite(loss)) {
      throw new UserError(
        `train: the loss became ${loss} at step ${i}; start another run with a lower rate.peak (the last ` +
          "checkpoint is kept).",
      );
    }
    hooks.onStep({ step: i, loss, gradNorm, rate });
    hooks.onState?.(current, i + 1);
    if ((i + 1) % config.checkpointEvery === 0 || i + 1 === config.steps) hooks.onCheckpoint(current, i + 1);
    // Let timers, signals and progress output run between steps.
    await nextTurn();
  }
  return current;
}
