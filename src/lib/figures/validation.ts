/** Held-out losses in the course of training, a curve per recipe: the training studies N7, N11 and N13. */
import { curvesFigure, type CurveOptions } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** A point of a curve. */
export interface ValidationPoint extends MeasuredRow {
  readonly recipe: string;
  readonly inputs: string;
  readonly step: number;
  readonly epochs: number;
}

/** What of a study is drawn: which recipes, how they are called, and along which axis. */
export interface ValidationOptions extends Partial<CurveOptions> {
  readonly name: string;
  readonly title: string;
  readonly xTitle: string;
  /** label of a curve by recipe; the others are not drawn */
  readonly labels: Readonly<Record<string, string>>;
  readonly along: "step" | "epochs";
}

/** Loss by step or by passes over the data; "soft" inputs are another style of their recipe's colour. */
export function validationFigure(
  points: readonly ValidationPoint[],
  source: FigureSource,
  { labels, along, ...options }: ValidationOptions,
): FigureSpec {
  const soft = points.some(point => point.inputs === "soft");
  const curves = points
    .filter(({ recipe }) => recipe in labels)
    .map(point => ({
      ...point,
      panel: "",
      series: labels[point.recipe],
      x: point[along],
      ...(soft ? { style: `${point.inputs} inputs` } : {}),
    }));
  return curvesFigure(curves, source, {
    yTitle: "validation loss (nats a token)",
    columns: 1,
    ...options,
  });
}
