/** A4: bias and variance of mask estimators by number of pairs; ratios and k3 terms by number of updates. */
import { curvesFigure, type CurveOptions } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** One estimator with `pairs` pairs of masks. */
export interface EstimatorRow extends MeasuredRow {
  readonly scope: "end" | "whole";
  readonly quantity: "variance" | "bias" | "bias, weights divided out";
  readonly estimator: "coupled" | "de-coupled" | "full-mask" | "predicted";
  readonly pairs: number;
}

const scopeTitles = { end: "last eight tokens", whole: "whole answer" } as const;
const names = { predicted: "de-coupled less v²/2N" } as const;

/** Variance above, bias below; "predicted" is what the paper says of coupled. */
export function estimatorsFigure(
  rows: readonly EstimatorRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({
    ...row,
    panel: `${row.quantity}, ${scopeTitles[row.scope]}`,
    series: row.estimator === "predicted" ? names.predicted : row.estimator,
    x: row.pairs,
  }));
  const unit = (panel: string) => (panel.startsWith("variance") ? "nats² a token" : "nats a token");
  return curvesFigure(curves, source, {
    name: "a4-estimator-variance",
    title: "Estimates of a token's log-probability: variance and bias",
    xTitle: "pairs of masks λ (2λ + 1 passes)",
    yTitle: Object.fromEntries(curves.map(({ panel }) => [panel, unit(panel)])),
    spread: "bars",
    xLog: true,
    xWhole: true,
    ...options,
  });
}

/** A quantile of ratios or k3 terms after some updates, by how their exponents are taken. */
export interface ExponentRow extends MeasuredRow {
  readonly term: "k3" | "ratio";
  readonly form: string;
  readonly updates: number;
  readonly share: string;
}

/** Panels by term and quantile, a curve per form; without the median ratio, which stays at 1. */
export function exponentsFigure(
  rows: readonly ExponentRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows
    .filter(row => row.term !== "ratio" || row.share !== "median")
    .map(row => ({ ...row, panel: `${row.term}, ${row.share}`, series: row.form, x: row.updates }));
  return curvesFigure(
    [...curves].sort((a, b) => a.term.localeCompare(b.term)),
    source,
    {
      name: "a4-exponents",
      title: "Ratios and k3 terms of single tokens after a few updates",
      xTitle: "updates since the rollouts",
      yTitle: Object.fromEntries(curves.map(({ panel, term }) => [panel, term])),
      columns: 3,
      spread: "bars",
      xLog: true,
      yLog: true,
      xWhole: true,
      ...options,
    },
  );
}
