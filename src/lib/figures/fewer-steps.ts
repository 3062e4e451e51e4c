/** F11: pass@1 against the number of denoiser steps. */
import { curvesFigure, type CurveOptions } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** pass@1 of one model at one temperature and number of steps. */
export interface StepsRow extends MeasuredRow {
  readonly model: string;
  readonly temperature: number;
  readonly steps: number;
  readonly suite: string;
}

/** DiffuCoder Fig. 11: a panel per temperature and kind of tests, a curve per model. */
export function fewerStepsFigure(
  rows: readonly StepsRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({
    ...row,
    panel: `T ${row.temperature.toFixed(1)}, ${row.suite} tests`,
    series: row.model,
    x: row.steps,
  }));
  return curvesFigure(curves, source, {
    name: "f11-fewer-steps",
    title: "pass@1 when several tokens are committed a step",
    xTitle: "denoiser steps",
    yTitle: "pass@1",
    spread: "bars",
    yRange: [-0.02, 1.02],
    xWhole: true,
    ...options,
  });
}
