/** A panel of a figure: its axes, what is marked in it, and the names of its curves. */
import type { Json } from "./spec.js";

/** One set of axes. Axis attributes as in Plotly's reference; titles are given apart. */
export interface Panel {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly x?: Readonly<Record<string, Json | undefined>>;
  readonly y?: Readonly<Record<string, Json | undefined>>;
  /** a stretch of the x axis to be marked, behind the traces, and what it is */
  readonly shade?: { readonly from: number; readonly to: number; readonly label?: string };
  /** what the traces are to be compared with, across the panel at a height of the y axis */
  readonly reference?: { readonly at: number; readonly label: string };
  /** names of points, beside them where there is room; x and y have ranges then, and the panel all the width */
  readonly notes?: readonly PointNote[];
}

export interface PointNote {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/**
 * Names of curves beside their ends, at the right edge of a panel, in place of a legend; phones, which have
 * no room there, keep the legend.
 */
export interface EndLabels {
  /** index of the panel; it is at the right edge of the figure */
  readonly panel: number;
  /** of its y axis, in the axis's units: logarithms where it is logarithmic */
  readonly range: readonly [number, number];
  readonly labels: readonly { readonly text: string; readonly color: string; readonly at: number }[];
}

/** The names by which a trace refers to the axes of panel number `panel` (0-based). */
export function axesOf(panel: number): { readonly xaxis: string; readonly yaxis: string } {
  const suffix = panel === 0 ? "" : String(panel + 1);
  return { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
}
