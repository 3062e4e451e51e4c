/** F6: pass@k against k, a curve per temperature (DiffuCoder Fig. 5 right, 6). */
import { curvesFigure, type CurveOptions } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** pass@k of one model at one temperature, a fraction. */
export interface PassRow extends MeasuredRow {
  readonly model: string;
  readonly temperature: number;
  readonly k: number;
}

/** A panel per model. */
export function passAtKFigure(
  rows: readonly PassRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: row.model, series: `T ${row.temperature}`, x: row.k }));
  return curvesFigure(curves, source, {
    name: "f6-pass-at-k",
    title: "Share of held-out problems solved in k tries",
    xTitle: "k",
    yTitle: "pass@k",
    yRange: [-0.02, 1.02],
    ...options,
  });
}
