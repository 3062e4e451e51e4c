/** Measurements side by side with their intervals: tables of the paper, paired changes, ablations. */
import { UserError } from "../core/errors.js";
import { composeFigure } from "./compose.js";
import { axesOf, type Panel } from "./panel.js";
import { distinct } from "./curves.js";
import { captionOf, type FigureSource, type FigureSpec, type MeasuredRow, type PlotlyTrace } from "./spec.js";
import { escapePlotly, textWidth, wrapText } from "./text.js";
import { faintInk, seriesColors, seriesSymbols, widePage } from "./theme.js";

/** Longest line of a label, in pixels. */
const labelRoom = 130;

/** One dot with its interval: `label` is its line, `series` its colour. */
export interface IntervalRow extends MeasuredRow {
  readonly panel: string;
  readonly label: string;
  readonly series: string;
}

export interface IntervalOptions {
  readonly name: string;
  readonly title: string;
  readonly xTitle: string;
  readonly columns: number;
  readonly xRange?: readonly [number, number];
  /** a line at 0, for differences */
  readonly zero?: boolean;
}

/**
 * Dots with 95% intervals, a line per label, panels in small multiples. Throws UserError for an empty table.
 */
export function intervalsFigure(
  rows: readonly IntervalRow[],
  source: FigureSource,
  { columns = 2, ...options }: Omit<IntervalOptions, "columns"> & { readonly columns?: number },
): FigureSpec {
  if (rows.length === 0)
    throw new UserError(`figure ${options.name}: the table has no rows; run its study first.`);
  const [panels, labels, series] = [
    distinct(rows, r => r.panel),
    distinct(rows, r => r.label),
    distinct(rows, r => r.series),
  ];
  const traces = panels.flatMap((panel, index) =>
    series.map((name, color): PlotlyTrace => {
      const dots = rows.filter(row => row.panel === panel && row.series === name);
      const hue = seriesColors[color % seriesColors.length];
      return {
        type: "scatter",
        mode: "markers",
        x: dots.map(dot => dot.mean),
        y: dots.map(dot => labels.indexOf(dot.label) + offset(color, series.length)),
        text: dots.map(dot => escapePlotly(dot.label)),
        customdata: dots.map(dot => [dot.lower, dot.upper, dot.n, dot.seeds]),
        hovertemplate:
          `<b>%{text}</b><br>${series.length > 1 ? `${escapePlotly(name)}: ` : ""}%{x:.3~g} ` +
          "[%{customdata[0]:.3~g}, %{customdata[1]:.3~g}]<br>n = %{customdata[2]}, seeds: %{customdata[3]}" +
          "<extra></extra>",
        error_x: {
          type: "data",
          symmetric: false,
          array: dots.map(dot => dot.upper - dot.mean),
          arrayminus: dots.map(dot => dot.mean - dot.lower),
          thickness: 1.4,
          width: 4,
        },
        marker: { color: hue, size: 8, symbol: seriesSymbols[color % seriesSymbols.length] },
        name,
        legendgroup: name,
        showlegend: index === 0 && series.length > 1,
        ...axesOf(index),
      };
    }),
  );
  return composeFigure({
    name: options.name,
    title: options.title,
    panels: panels.map(title => panelOf(title, labels, options)),
    columns,
    panelScale: Math.max(0.6, (labels.length * (14 + 12 * series.length)) / widePage.panelHeight),
    leftRoom: Math.min(labelRoom, Math.max(...labels.map(label => textWidth(label, widePage.textSize)))) + 16,
    sharedY: true,
    traces,
    caption: captionOf(rows, source),
  });
}

const zeroLine = { zeroline: true, zerolinecolor: faintInk, zerolinewidth: 1 };

function panelOf(
  title: string,
  labels: readonly string[],
  { xTitle, xRange, zero = false }: Omit<IntervalOptions, "columns">,
): Panel {
  const lines = {
    tickmode: "array",
    tickvals: labels.map((_, i) => i),
    ticktext: labels.map(wrapLabel),
    showgrid: false,
  };
  return {
    title,
    xTitle,
    yTitle: "",
    x: { ...(zero ? zeroLine : {}), ...(xRange === undefined ? {} : { range: xRange }) },
    y: { ...lines, range: [labels.length - 0.5, -0.5] },
  };
}

function wrapLabel(label: string): string {
  return wrapText(label, labelRoom, widePage.textSize).map(escapePlotly).join("<br>");
}

/** Series of one label stand close to each other, within 0.6 of a line. */
function offset(series: number, of: number): number {
  return of === 1 ? 0 : (series / (of - 1) - 0.5) * Math.min(0.6, 0.25 * (of - 1));
}
