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
  /**
   * A panel before the losses: what decides, one loss less another, in the colour of its recipe. The losses
   * then go without their intervals, which say how sequences differ and lie over each other.
   */
  readonly differences?: {
    readonly title: string;
    readonly yTitle: string;
    readonly points: readonly ValidationPoint[];
  };
}

const lossTitle = "validation loss (nats a token)";
const lossPanel = "validation loss";

/** Loss by step or by passes over the data; "soft" inputs are another style of their recipe's colour. */
export function validationFigure(
  points: readonly ValidationPoint[],
  source: FigureSource,
  { labels, along, differences, ...options }: ValidationOptions,
): FigureSpec {
  const soft = points.some(point => point.inputs === "soft");
  const curvesOf = (panel: string, shown: readonly ValidationPoint[]) =>
    shown
      .filter(({ recipe }) => recipe in labels)
      .map(point => ({
        ...point,
        panel,
        series: labels[point.recipe],
        x: point[along],
        ...(soft ? { style: `${point.inputs} inputs` } : {}),
      }));
  if (differences === undefined)
    return curvesFigure(curvesOf("", points), source, { yTitle: lossTitle, columns: 1, ...options });
  const { title, yTitle } = differences;
  return curvesFigure([...curvesOf(title, differences.points), ...curvesOf(lossPanel, points)], source, {
    yTitle: { [title]: yTitle, [lossPanel]: lossTitle },
    reference: { at: 0, label: "", panel: title },
    spread: { [title]: "band", [lossPanel]: "none" },
    ...{ columns: 2, leftRoom: 84 },
    ...options,
  });
}
