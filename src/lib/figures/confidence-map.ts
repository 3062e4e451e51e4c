/**
 * F9 and the tour: how sure the model was of every position at every step, and which position it committed.
 */
import { UserError } from "../core/errors.js";
import { composeFigure } from "./compose.js";
import { axesOf } from "./panel.js";
import { captionOf, type FigureSource, type FigureSpec, type PlotlyTrace } from "./spec.js";
import { sequentialScale } from "./theme.js";

/** One decoded sample, or the mean of several, step by step. */
export interface ConfidenceMap {
  /** e.g. "T 0.2"; a panel each */
  readonly label: string;
  /** [S, C] before each step; NaN where the position was no longer masked */
  readonly values: readonly (readonly number[] | Float32Array)[];
  /** [C] step at which each position was committed (a mean need not be whole) */
  readonly stepOf: readonly number[] | Int32Array;
}

export interface ConfidenceMapOptions {
  readonly name: string;
  readonly title: string;
  /** what the colours mean */
  readonly measure: string;
  /** what the caption counts, where maps are means; by default the maps */
  readonly n?: number;
}

export const confidenceMapDefaults: ConfidenceMapOptions = {
  name: "f9-confidence-map",
  title: "Confidence of every masked position, step by step",
  measure: "negative entropy (nats)",
};

/**
 * DiffuCoder Fig. 9: positions across, steps downwards,
 * one colour scale for all panels, a ring where committed.
 */
export function confidenceMapFigure(
  maps: readonly ConfidenceMap[],
  source: FigureSource,
  options: Partial<ConfidenceMapOptions> & { readonly seeds: number },
): FigureSpec {
  const { name, title, measure, seeds, n = maps.length } = { ...confidenceMapDefaults, ...options };
  if (maps.length === 0) throw new UserError(`figure ${name}: no samples; decode one with its trace first.`);
  const finite = maps.flatMap(map => map.values.flatMap(row => [...row].filter(Number.isFinite)));
  const steps = Math.max(...maps.map(map => map.values.length));
  return composeFigure({
    name,
    title,
    panels: maps.map(map => ({
      title: map.label,
      xTitle: "position in the completion",
      yTitle: "step",
      x: { range: [-0.5, map.stepOf.length - 0.5], showgrid: false },
      y: { range: [map.values.length - 0.5, -0.5], showgrid: false },
    })),
    columns: Math.min(2, maps.length),
    panelScale: Math.min(1.6, Math.max(0.8, (steps * 9) / 250)),
    colorBar: { title: measure, scale: sequentialScale, range: [Math.min(...finite), Math.max(...finite)] },
    traces: maps.flatMap(mapTraces),
    caption: captionOf([{ n, seeds }], source),
  });
}

function mapTraces({ values, stepOf }: ConfidenceMap, panel: number): PlotlyTrace[] {
  const cells: PlotlyTrace = {
    type: "heatmap",
    z: values.map(row => [...row].map(value => (Number.isFinite(value) ? value : null))),
    coloraxis: "coloraxis",
    hoverongaps: false,
    hovertemplate: "step %{y}, position %{x}: %{z:.3g}<extra></extra>",
    ...axesOf(panel),
  };
  const commits: PlotlyTrace = {
    type: "scatter",
    mode: "markers",
    x: [...stepOf].map((_, position) => position),
    y: [...stepOf],
    marker: { symbol: "circle-open", size: 6, color: "#D55E00", line: { width: 1.6 } },
    hovertemplate: "position %{x} committed at step %{y:.3g}<extra></extra>",
    name: "committed",
    showlegend: panel === 0,
    ...axesOf(panel),
  };
  return [cells, commits];
}
