/**
 * Means along an axis of the model or of time: F3a first-step
 * confidence, F8 loss by timestep, training curves.
 */
import { curvesFigure, type CurveOptions } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** Mean confidence at one completion position in the first forward step, when everything is masked. */
export interface FirstStepRow extends MeasuredRow {
  readonly model: string;
  readonly task: string;
  /** 0-based */
  readonly position: number;
}

/**
 * The paper's "entropy sink", DiffuCoder Fig. 3 right (a): high right after the prompt, then flat and low.
 */
export function firstStepConfidenceFigure(
  rows: readonly FirstStepRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: row.task, series: row.model, x: row.position }));
  return curvesFigure(curves, source, {
    name: "f3a-first-step-confidence",
    title: "Confidence by position at the first step",
    xTitle: "position in the completion",
    yTitle: "negative entropy (nats)",
    ...options,
  });
}

/** Validation loss at one mask ratio. */
export interface LossRow extends MeasuredRow {
  readonly model: string;
  /**
   * (1/t) x mean over masked tokens, or (1/t) x sum over them divided by the length: they differ at small t
   */
  readonly normalisation: "mean" | "sum";
  /** mask ratio in (0, 1] */
  readonly t: number;
}

const normalisationTitles = {
  mean: "(1/t) × mean over masked tokens",
  sum: "(1/t) × sum over masked / length",
} as const;

/** DiffuCoder §5, Fig. 8; the stretch from which coupled-GRPO draws its mask ratios is grey. */
export function lossByTimestepFigure(
  rows: readonly LossRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({
    ...row,
    panel: normalisationTitles[row.normalisation],
    series: row.model,
    x: row.t,
  }));
  return curvesFigure(curves, source, {
    name: "f8-loss-by-timestep",
    title: "Validation loss against the mask ratio t",
    xTitle: "mask ratio t",
    yTitle: "weighted loss (nats)",
    yLog: true,
    shade: { from: 0.2, to: 0.8, label: "t of coupled-GRPO" },
    ...options,
  });
}

/** Mean training loss at one optimiser step (or stretch of steps). */
export interface TrainingRow extends MeasuredRow {
  /** stage or recipe; a panel each */
  readonly stage: string;
  readonly model: string;
  readonly step: number;
}

/** Training loss by optimiser step, a panel per stage. */
export function trainingLossFigure(
  rows: readonly TrainingRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: row.stage, series: row.model, x: row.step }));
  return curvesFigure(curves, source, {
    name: "training-loss",
    title: "Training loss",
    xTitle: "optimiser step",
    yTitle: "loss (nats per token)",
    yLog: true,
    ...options,
  });
}
