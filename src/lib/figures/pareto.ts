/** Decoding methods by what they cost and how often they are right, with the front that no method beats. */
import { UserError } from "../core/errors.js";
import { composeFigure } from "./compose.js";
import { axesOf } from "./panel.js";
import { captionOf, type FigureSource, type FigureSpec, type MeasuredRow, type PlotlyTrace } from "./spec.js";
import { escapePlotly } from "./text.js";
import { restColor, seriesColors } from "./theme.js";

/** A method at one setting; `mean` is its pass@1. */
export interface CostRow extends MeasuredRow {
  readonly series: string;
  readonly label: string;
  readonly calls: number;
  readonly tokenPositions: number;
  readonly globalArness: number;
  /** of decoding one sample; left out of the hover text where it was not timed */
  readonly seconds?: number;
}

export interface ParetoOptions {
  readonly name: string;
  readonly title: string;
  /** what the x axis counts; denoiser calls unless said */
  readonly cost?: keyof typeof costs;
}

const costs = {
  calls: "denoiser calls a sample",
  tokenPositions: "token positions computed a sample",
} as const;

/**
 * pass@1 against cost, a point per setting. Only the front has names and 95% intervals: the rest is grey, and
 * what is known of a setting stands beside the mouse.
 * @param front the settings that no other beats, joined by a line
 */
export function paretoFigure(
  rows: readonly CostRow[],
  front: readonly CostRow[],
  source: FigureSource,
  { name, title, cost = "calls" }: ParetoOptions,
): FigureSpec {
  if (rows.length === 0) throw new UserError(`figure ${name}: the table has no rows; run its study first.`);
  const best = [...front].sort((a, b) => a[cost] - b[cost]);
  const rest = rows.filter(row => !front.includes(row));
  const points = (of: readonly CostRow[]) => ({
    type: "scatter" as const,
    x: of.map(row => row[cost]),
    y: of.map(row => row.mean),
    text: of.map(hoverText),
    hovertemplate: "%{text}<extra></extra>",
    showlegend: false,
    ...axesOf(0),
  });
  const others: PlotlyTrace = {
    ...points(rest),
    mode: "markers",
    marker: { color: restColor, size: 7 },
    name: "others",
  };
  const line: PlotlyTrace = {
    ...points(best),
    mode: "lines+markers",
    line: { color: seriesColors[0], width: 1.5, shape: "hv" },
    marker: { color: seriesColors[0], size: 9 },
    error_y: {
      type: "data",
      symmetric: false,
      array: best.map(row => row.upper - row.mean),
      arrayminus: best.map(row => row.mean - row.lower),
      thickness: 1,
      width: 2,
    },
    name: "front",
  };
  const xEnd = 1.06 * Math.max(...rows.map(row => row[cost]));
  const high = Math.max(...rows.map(row => row.upper));
  return composeFigure({
    name,
    title,
    panels: [
      {
        title: "",
        xTitle: costs[cost],
        yTitle: "pass@1, base tests",
        x: { range: [0, xEnd] },
        y: { range: [0, Math.min(1.02, high + 0.08)] },
        notes: best.map(row => ({ x: row[cost], y: row.mean, text: `${row.series}: ${row.label}` })),
      },
    ],
    columns: 1,
    panelScale: 1.5,
    traces: [others, line],
    caption: captionOf(rows, source),
  });
}

function hoverText(row: CostRow): string {
  const share = (value: number) => `${(100 * value).toFixed(1)}%`;
  return [
    `<b>${escapePlotly(row.series)}: ${escapePlotly(row.label)}</b>`,
    `pass@1 ${share(row.mean)} [${share(row.lower)}, ${share(row.upper)}]`,
    `${row.calls.toFixed(1)} denoiser calls, ${row.tokenPositions.toFixed(0)} token positions a sample`,
    ...(row.seconds === undefined ? [] : [`${(1000 * row.seconds).toFixed(1)} ms a sample`]),
    `global AR-ness@1 ${row.globalArness.toFixed(3)}`,
  ].join("<br>");
}
