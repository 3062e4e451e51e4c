/**
 * Table 2 as pictures: what reinforcement learning changes in pass@1, order of decoding and program forms.
 */
import { curvesFigure } from "./curves.js";
import { intervalsFigure } from "./intervals.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** One measure of one model, by order of decoding or by program form. */
export interface BeforeAfterRow extends MeasuredRow {
  /** "before" or the estimator */
  readonly estimator: string;
  readonly measure: string;
}

/** A line per model, the order of decoding as colour. */
export function beforeAfterFigure(
  rows: readonly (BeforeAfterRow & { readonly order: string })[],
  source: FigureSource,
): FigureSpec {
  const dots = rows.map(row => ({ ...row, panel: row.measure, label: row.estimator, series: row.order }));
  return intervalsFigure(dots, source, {
    name: "t2-before-after",
    title: "pass@1 and AR-ness before and after reinforcement learning",
    xTitle: "share",
    xRange: [-0.02, 1.02],
  });
}

/** A line per program form that the prompt asks for, the model as colour. */
export function beforeAfterByFormFigure(
  rows: readonly (BeforeAfterRow & { readonly form: string })[],
  source: FigureSource,
): FigureSpec {
  const dots = rows.map(row => ({ ...row, panel: row.measure, label: row.form, series: row.estimator }));
  return intervalsFigure(dots, source, {
    name: "t2-by-form",
    title: "Before and after reinforcement learning, by program form",
    xTitle: "share",
    xRange: [-0.02, 1.02],
  });
}

/** How often each form is written, whatever was asked: all prompts ask for the three in equal shares. */
export function formSharesFigure(
  rows: readonly (MeasuredRow & {
    readonly estimator: string;
    readonly sampling: string;
    readonly form: string;
  })[],
  source: FigureSource,
): FigureSpec {
  const dots = rows.map(row => ({ ...row, panel: row.sampling, label: row.form, series: row.estimator }));
  return intervalsFigure(dots, source, {
    name: "t2-forms",
    title: "Program forms written before and after reinforcement learning",
    xTitle: "share of answers",
    xRange: [-0.02, 1.02],
  });
}

/**
 * pass@k against k, a curve per model: one that lies above
 * another at k = 1 and not at the largest k samples less widely.
 */
export function passBeforeAfterFigure(
  rows: readonly (MeasuredRow & { readonly estimator: string; readonly k: number })[],
  source: FigureSource,
): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: "", series: row.estimator, x: row.k }));
  return curvesFigure(curves, source, {
    name: "t2-pass-at-k",
    title: "pass@k before and after reinforcement learning",
    xTitle: "k",
    yTitle: "pass@k",
    columns: 1,
    yRange: [-0.02, 1.02],
  });
}
