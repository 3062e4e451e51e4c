/** F3: local and global AR-ness@k with their spread. F5L: the same against temperature. */
import { curvesFigure, distinct, type CurveRow } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/**
 * Mean AR-ness of one model on one task under one tie rule, at one k, over samples. Fractions, not percent.
 */
export interface ArnessRow extends MeasuredRow {
  readonly model: string;
  readonly task: string;
  readonly tieRule: string;
  readonly kind: "local" | "global";
  readonly k: number;
}

export interface ArnessTemperatureRow extends ArnessRow {
  readonly temperature: number;
}

/**
 * What every panel is compared with: a curve that needs
 * no interval, such as the closed form of a random order.
 */
export interface ArnessControl {
  readonly label: string;
  readonly kind: "local" | "global";
  readonly k: number;
  readonly mean: number;
}

type Facet = "model" | "task" | "tieRule";
const facets: readonly Facet[] = ["model", "task", "tieRule"];

export interface ArnessFigureOptions {
  readonly name: string;
  readonly title: string;
  /** what the columns of panels differ in; colours and dashes take the other two */
  readonly columns: Facet;
  readonly controls: readonly ArnessControl[];
}

export const arnessFigureDefaults: ArnessFigureOptions = {
  name: "f3-ar-ness",
  title: "How autoregressive is the decoding order?",
  columns: "tieRule",
  controls: [],
};

export const arnessTemperatureDefaults: Omit<ArnessFigureOptions, "controls"> & { readonly k: number } = {
  name: "f5l-ar-ness-by-temperature",
  title: "AR-ness against sampling temperature",
  columns: "model",
  k: 1,
};

/** DiffuCoder Fig. 3 left: local AR-ness@k above, global AR-ness@k below, a column per value of `columns`. */
export function arnessFigure(
  rows: readonly ArnessRow[],
  source: FigureSource,
  options: Partial<ArnessFigureOptions> = {},
): FigureSpec {
  const { name, title, columns, controls } = { ...arnessFigureDefaults, ...options };
  const measured = byKind(rows).map(row => curveRow(row, rows, columns, `${row.kind} AR-ness@k`, row.k));
  const curves = [...measured, ...controlRows(measured, controls)];
  return curvesFigure(curves, source, {
    name,
    title,
    xTitle: "k",
    yTitle: "share of steps",
    columns: distinct(rows, row => row[columns]).length,
    spread: "bars",
    yRange: [-0.02, 1.02],
    xWhole: true,
  });
}

/** DiffuCoder Fig. 5 left: AR-ness@`k` of both kinds against temperature, a column per value of `columns`. */
export function arnessByTemperatureFigure(
  rows: readonly ArnessTemperatureRow[],
  source: FigureSource,
  options: Partial<typeof arnessTemperatureDefaults> = {},
): FigureSpec {
  const { name, title, columns, k } = { ...arnessTemperatureDefaults, ...options };
  const atK = byKind(rows.filter(row => row.k === k));
  const curves = atK.map(row => curveRow(row, atK, columns, `${row.kind} AR-ness@${k}`, row.temperature));
  return curvesFigure(curves, source, {
    name,
    title,
    xTitle: "temperature",
    yTitle: "share of steps",
    columns: distinct(atK, row => row[columns]).length,
    spread: "bars",
    yRange: [-0.02, 1.02],
    xWhole: false,
  });
}

/** Every control in every panel of its kind. */
function controlRows(rows: readonly CurveRow[], controls: readonly ArnessControl[]): CurveRow[] {
  return distinct(rows, row => row.panel).flatMap(panel =>
    controls
      .filter(({ kind, k }) => rows.some(row => row.panel === panel && row.x === k && panel.startsWith(kind)))
      .map(({ label, k, mean }) => {
        const { n, seeds } = rows[0]; // sizes of the measured rows: those of the caption
        return { panel, series: label, style: "", x: k, mean, lower: mean, upper: mean, n, seeds };
      }),
  );
}

function byKind<R extends ArnessRow>(rows: readonly R[]): R[] {
  return [...rows.filter(row => row.kind === "local"), ...rows.filter(row => row.kind === "global")];
}

/** The keys that differ between rows name the curve; those that do not are left to the title. */
function curveRow(
  row: ArnessRow,
  all: readonly ArnessRow[],
  columns: Facet,
  measure: string,
  x: number,
): CurveRow {
  const varies = (facet: Facet) => distinct(all, r => r[facet]).length > 1;
  const [series, style] = facets.filter(facet => facet !== columns);
  const colored = varies(series) || !varies(style) ? series : style;
  return {
    ...row,
    x,
    panel: varies(columns) ? `${measure}: ${row[columns]}` : measure,
    series: row[colored],
    style: colored === series && varies(style) ? row[style] : "",
  };
}
