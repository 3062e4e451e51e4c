/** Curves with their spread, in small multiples: the form of most figures. One row is one point. */
import { UserError } from "../core/errors.js";
import { composeFigure } from "./compose.js";
import { axesOf, type EndLabels, type Panel } from "./panel.js";
import {
  captionOf,
  type FigureSource,
  type FigureSpec,
  type Json,
  type MeasuredRow,
  type PlotlyTrace,
} from "./spec.js";
import { escapePlotly } from "./text.js";
import { inkOf, lineDashes, seriesColors, seriesSymbols, translucent } from "./theme.js";

/** A point of a curve. Panels, series and styles appear in the order of their first row. */
export interface CurveRow extends MeasuredRow {
  /** title of the panel; one empty title for a figure of one panel */
  readonly panel: string;
  /** decides the colour */
  readonly series: string;
  /** decides the dash, where a series comes in several kinds */
  readonly style?: string;
  readonly x: number;
}

type Spread = "bars" | "band" | "none";

export interface CurveOptions {
  readonly name: string;
  readonly title: string;
  readonly xTitle: string;
  /** one for all panels, or by panel title */
  readonly yTitle: string | Readonly<Record<string, string>>;
  /** panels side by side */
  readonly columns: number;
  /** bars for few points, a band for many; one for all panels, or by panel title */
  readonly spread: Spread | Readonly<Record<string, Spread>>;
  readonly xLog: boolean;
  /** a lower end at or below zero is then drawn at the bottom of the axis */
  readonly yLog: boolean;
  readonly yRange?: readonly [number, number];
  /** true when x counts something: ticks at whole numbers */
  readonly xWhole: boolean;
  readonly shade?: Panel["shade"];
  /** in every panel, or in the one named */
  readonly reference?: Panel["reference"] & { readonly panel?: string };
  /** panels of a row have the same y axis: only the first shows its labels */
  readonly sharedY?: boolean;
  /** height of a panel relative to the theme's */
  readonly panelScale?: number;
  /** for long tick labels, in pixels */
  readonly leftRoom?: number;
}

export const curveDefaults = { columns: 2, spread: "band", xLog: false, yLog: false, xWhole: false } as const;

type Required = Pick<CurveOptions, "name" | "title" | "xTitle" | "yTitle">;

/** One curve per panel, series and style. Throws UserError for an empty table or a point twice. */
export function curvesFigure(
  rows: readonly CurveRow[],
  source: FigureSource,
  given: Partial<CurveOptions> & Required,
): FigureSpec {
  const options: CurveOptions = { ...curveDefaults, ...given };
  checkRows(rows, options.name);
  const [panels, series, styles] = [
    distinct(rows, r => r.panel),
    distinct(rows, r => r.series),
    distinct(rows, styleOf),
  ];
  const named = new Set<string>();
  const traces = panels.flatMap((panel, index) =>
    series.flatMap(name =>
      styles.flatMap(style => {
        const points = rows.filter(r => r.panel === panel && r.series === name && styleOf(r) === style);
        if (points.length === 0) return [];
        const label = style === "" ? name : `${name}, ${style}`;
        const look = {
          label,
          color: series.indexOf(name),
          dash: styles.indexOf(style),
          inLegend: !named.has(label),
        };
        named.add(label);
        return curveTraces(points, look, index, options, panel);
      }),
    ),
  );
  return composeFigure({
    name: options.name,
    title: options.title,
    panels: panels.map(title => panelOf(title, rows, options)),
    columns: options.columns,
    sharedY: options.sharedY,
    panelScale: options.panelScale,
    leftRoom: options.leftRoom,
    endLabels: named.size > 1 ? endLabelsOf(rows, panels, options) : undefined,
    traces: named.size > 1 ? traces : traces.map(trace => ({ ...trace, showlegend: false })),
    caption: captionOf(rows, source),
  });
}

interface Look {
  readonly label: string;
  readonly color: number;
  readonly dash: number;
  readonly inLegend: boolean;
}

function curveTraces(
  points: readonly CurveRow[],
  { label, color, dash, inLegend }: Look,
  panel: number,
  options: CurveOptions,
  title: string,
): PlotlyTrace[] {
  const { yLog, xTitle } = options;
  const spread = typeof options.spread === "string" ? options.spread : options.spread[title];
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const hue = seriesColors[color % seriesColors.length];
  const shared = { ...axesOf(panel), legendgroup: label, name: label };
  const x = sorted.map(p => p.x);
  const [lower, upper] = [
    sorted.map(p => (yLog ? Math.max(p.lower, logFloor(points)) : p.lower)),
    sorted.map(p => p.upper),
  ];
  const bars = {
    type: "data",
    symmetric: false,
    array: sorted.map((p, i) => upper[i] - p.mean),
    arrayminus: sorted.map((p, i) => p.mean - lower[i]),
    thickness: 1.2,
    width: 3,
  };
  const line: PlotlyTrace = {
    type: "scatter",
    mode: spread === "bars" || x.length === 1 ? "lines+markers" : "lines",
    x,
    y: sorted.map(p => p.mean),
    ...(spread === "bars" ? { error_y: bars } : {}),
    customdata: sorted.map(p => [p.lower, p.upper, p.n, p.seeds]),
    hovertemplate: hoverWords(label, xTitle, yTitleOf(title, options)),
    line: { color: hue, width: 2, dash: lineDashes[dash % lineDashes.length] },
    marker: { color: hue, size: 7, symbol: seriesSymbols[color % seriesSymbols.length] },
    ...shared,
    showlegend: inLegend,
  };
  if (spread !== "band") return [line];
  const band: PlotlyTrace = {
    type: "scatter",
    mode: "lines",
    x: [...x, ...[...x].reverse()],
    y: [...upper, ...[...lower].reverse()],
    fill: "toself",
    fillcolor: translucent(hue, 0.18),
    line: { width: 0 },
    hoverinfo: "skip",
    ...shared,
    showlegend: false,
  };
  return [band, line];
}

/** A point in words: what, where, how much with its interval, of how many. */
function hoverWords(label: string, xTitle: string, yTitle: string): string {
  const [name, x, y] = [label, xTitle, yTitle].map(escapePlotly);
  const interval = "%{y:.3~g} [%{customdata[0]:.3~g}, %{customdata[1]:.3~g}]";
  const size = "n = %{customdata[2]}, seeds: %{customdata[3]}";
  return `<b>${name}</b><br>${x}: %{x}<br>${y}: ${interval}<br>${size}<extra></extra>`;
}

function yTitleOf(panel: string, { yTitle }: CurveOptions): string {
  return typeof yTitle === "string" ? yTitle : yTitle[panel];
}

/** One range for all panels that measure the same, so that heights can be compared; in the axis's units. */
function yRangeOf(
  panel: string,
  rows: readonly CurveRow[],
  options: CurveOptions,
): readonly [number, number] {
  if (options.yRange !== undefined) return options.yRange;
  const alike = rows.filter(row => yTitleOf(row.panel, options) === yTitleOf(panel, options));
  const unit = axisUnit(alike, options);
  const values = [...alike.flatMap(row => [row.lower, row.upper, row.mean])]
    .map(unit)
    .filter(Number.isFinite);
  const reference = referenceIn(panel, options);
  if (reference !== undefined) values.push(unit(reference.at));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.05 * (high - low || 1);
  return [low - room, high + room];
}

function axisUnit(rows: readonly CurveRow[], { yLog }: CurveOptions): (value: number) => number {
  return yLog ? value => Math.log10(Math.max(value, logFloor(rows))) : value => value;
}

/** Most names that stand beside the ends of curves; more are told apart in a legend. */
const mostEndLabels = 6;

/** Names beside the curves of the panel at the right of the first row, where that has them all, undashed. */
function endLabelsOf(
  rows: readonly CurveRow[],
  panels: readonly string[],
  options: CurveOptions,
): EndLabels | undefined {
  const panel = Math.min(options.columns, panels.length) - 1;
  const own = rows.filter(row => row.panel === panels[panel]);
  const names = distinct(rows, row => row.series);
  const everyName = names.every(name => own.some(row => row.series === name));
  if (!everyName || names.length > mostEndLabels || distinct(rows, styleOf).length > 1) return undefined;
  const unit = axisUnit(own, options);
  const lastX = Math.max(...own.map(row => row.x));
  const labels = names.map((text, i) => {
    const points = own.filter(row => row.series === text);
    const end = points.reduce((last, row) => (row.x > last.x ? row : last));
    return { text, color: inkOf(seriesColors[i % seriesColors.length]), at: unit(end.mean), x: end.x };
  });
  // A curve that ends early would have its name far from its end.
  if (labels.some(({ x }) => x < lastX)) return undefined;
  return { panel, range: yRangeOf(panels[panel], rows, options), labels };
}

function panelOf(title: string, rows: readonly CurveRow[], options: CurveOptions): Panel {
  const { xTitle, xLog, yLog, xWhole, shade } = options;
  const xs = distinct(rows, r => r.x).sort((a, b) => a - b);
  const ticks = xWhole && xs.length <= 12 ? { tickmode: "array", tickvals: xs } : {};
  return {
    title,
    xTitle,
    yTitle: yTitleOf(title, options),
    x: { ...(xLog ? { type: "log" } : {}), ...ticks },
    y: {
      ...(yLog ? logAxis(rows.filter(r => yTitleOf(r.panel, options) === yTitleOf(title, options))) : {}),
      range: yRangeOf(title, rows, options),
    },
    shade,
    reference: referenceIn(title, options),
  };
}

function referenceIn(panel: string, { reference }: CurveOptions): Panel["reference"] {
  return reference?.panel === undefined || reference.panel === panel ? reference : undefined;
}

function checkRows(rows: readonly CurveRow[], name: string): void {
  if (rows.length === 0) throw new UserError(`figure ${name}: the table has no rows; run its study first.`);
  const seen = new Set<string>();
  for (const row of rows) {
    const key = JSON.stringify([row.panel, row.series, styleOf(row), row.x]);
    if (seen.has(key))
      throw new UserError(`figure ${name}: two rows for ${key}; average them or tell them apart by series.`);
    seen.add(key);
  }
}

/**
 * A logarithmic axis with its ticks written out: 1, 2 and 5 of each
 * decade, its ends where there are many, more in a single one.
 */
function logAxis(rows: readonly CurveRow[]): Record<string, Json> {
  const low = Math.min(...rows.map(r => Math.max(r.lower, logFloor(rows))));
  const high = Math.max(...rows.map(r => r.upper));
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const digits = last - first > 3 ? [1] : last === first ? [1, 1.5, 2, 3, 4, 5, 7] : [1, 2, 5];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const tickvals = decades.flatMap(decade => digits.map(digit => Number(`${digit}e${decade}`)));
  return { type: "log", tickmode: "array", tickvals, ticktext: tickvals.map(String) };
}

/** A tenth of the smallest positive mean: where a logarithmic axis may end. */
function logFloor(points: readonly CurveRow[]): number {
  return Math.min(...points.map(p => p.mean).filter(mean => mean > 0)) / 10;
}

function styleOf(row: CurveRow): string {
  return row.style ?? "";
}

/** The different values of a key, in the order of their first row. */
export function distinct<R, K>(rows: readonly R[], key: (row: R) => K): K[] {
  return [...new Set(rows.map(key))];
}
