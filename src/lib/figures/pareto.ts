/** Decoding methods by what they cost and how often they are right, with the front that no method beats. */
import { UserError } from "../core/errors.js";
import { axesOf, composeFigure } from "./compose.js";
import { distinct } from "./curves.js";
import { captionOf, type FigureSource, type FigureSpec, type MeasuredRow, type PlotlyTrace } from "./spec.js";
import { escapePlotly } from "./text.js";
import { faintInk, seriesColors, seriesSymbols } from "./theme.js";

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

/** More series than colours: the second round of colours has open symbols, the third open ones with a dot. */
const rounds = ["", "-open", "-open-dot"];

/**
 * pass@1 against cost, a colour per method, a point per setting with its 95% interval; what else is known of
 * a setting stands beside the mouse. @param front the settings that no other beats, joined by a line
 */
export function paretoFigure(
  rows: readonly CostRow[],
  front: readonly CostRow[],
  source: FigureSource,
  { name, title, cost = "calls" }: ParetoOptions,
): FigureSpec {
  if (rows.length === 0) throw new UserError(`figure ${name}: the table has no rows; run its study first.`);
  const points = distinct(rows, row => row.series).map((series, i): PlotlyTrace => {
    const found = rows.filter(row => row.series === series);
    const color = seriesColors[i % seriesColors.length];
    return {
      type: "scatter",
      mode: "markers",
      x: found.map(row => row[cost]),
      y: found.map(row => row.mean),
      text: found.map(hoverText),
      hovertemplate: "%{text}<extra></extra>",
      error_y: {
        type: "data",
        symmetric: false,
        array: found.map(row => row.upper - row.mean),
        arrayminus: found.map(row => row.mean - row.lower),
        thickness: 1,
        width: 2,
      },
      marker: {
        color,
        size: 9,
        symbol:
          seriesSymbols[i % seriesSymbols.length] +
          rounds[Math.floor(i / seriesColors.length) % rounds.length],
      },
      name: series,
      legendgroup: series,
      showlegend: true,
      ...axesOf(0),
    };
  });
  const line: PlotlyTrace = {
    type: "scatter",
    mode: "lines",
    x: front.map(row => row[cost]),
    y: front.map(row => row.mean),
    line: { color: faintInk, width: 1, dash: "dot" },
    name: "Pareto front",
    hoverinfo: "skip",
    showlegend: true,
    ...axesOf(0),
  };
  return composeFigure({
    name,
    title,
    panels: [{ title: "", xTitle: costs[cost], yTitle: "pass@1, base tests" }],
    columns: 1,
    panelScale: 1.5,
    traces: [line, ...points],
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
