/**
 * A figure as data: Plotly traces and layouts, and what a
 * reader must know to trust it. No drawing happens here.
 */

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Attributes as in Plotly's reference. */
export interface PlotlyTrace {
  readonly type: "scatter" | "bar" | "heatmap";
  readonly [attribute: string]: Json | undefined;
}
export type PlotlyLayout = Readonly<Record<string, Json>>;

/** What the caller says of a table; how many samples and seeds stand behind it is read from its rows. */
export interface FigureSource {
  /** run ids or logs that the figure was drawn from */
  readonly source: readonly string[];
  /** those that its claims are judged on, where it shows some of them only */
  readonly judged?: readonly string[];
  /** what the bars or bands are, e.g. "95% interval over problems" */
  readonly spread: string;
  /** what n counts, e.g. "problems" */
  readonly unit: string;
  /** one of what the seeds are; a training seed unless said */
  readonly seedsAre?: string;
  /** what else a reader must know: decoding settings, tie rule */
  readonly note?: string;
}

export interface FigureCaption extends FigureSource {
  /** smallest and largest n of a point */
  readonly n: readonly [number, number];
  readonly seeds: readonly [number, number];
}

export interface FigureSpec {
  /** file name without extension, e.g. "f3-ar-ness" */
  readonly name: string;
  readonly title: string;
  /** what it shows, where the title says what it found */
  readonly topic?: string;
  readonly data: readonly PlotlyTrace[];
  /** for 720 px and more; its height is fixed, its width follows the page */
  readonly layout: PlotlyLayout;
  /** for narrower pages, down to 340 px: the same panels, stacked */
  readonly narrowLayout: PlotlyLayout;
  readonly caption: FigureCaption;
}

/** What Plotly is told beside data and layout. */
export const plotlyConfig = { responsive: true, displaylogo: false } as const;

/** A mean with its interval, and how many samples and training seeds it was computed from. */
export interface MeasuredRow {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  readonly n: number;
  readonly seeds: number;
}

/** The caption of a table: the caller's words and the sizes found in the rows. */
export function captionOf(
  rows: readonly Pick<MeasuredRow, "n" | "seeds">[],
  source: FigureSource,
): FigureCaption {
  return { ...source, n: extent(rows.map(row => row.n)), seeds: extent(rows.map(row => row.seeds)) };
}

/** Logs that a caption names; more are named in the figure's data only. */
const mostNamed = 3;

/** The caption as one sentence after another. */
export function captionText({
  source,
  spread,
  unit,
  seedsAre = "training seed",
  note,
  n,
  seeds,
}: FigureCaption): string {
  const size = `n = ${range(n)} ${unit}, ${range(seeds)} ${seedsAre}${seeds[1] === 1 ? "" : "s"}`;
  const from =
    source.length <= mostNamed
      ? `Source: ${source.join(", ")}.`
      : `Source: ${source.length} runs, named in the figure's .json file.`;
  return [`Shown: ${spread}; ${size}.`, note, from].filter(part => part !== undefined).join(" ");
}

/**
 * A copy with every number rounded to `digits` significant digits; what JSON has no number for becomes null.
 */
export function roundNumbers(value: unknown, digits = 6): Json {
  if (typeof value === "number") return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
  if (Array.isArray(value)) return value.map(item => roundNumbers(item, digits));
  if (value === null || typeof value !== "object") return value as Json;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, roundNumbers(inner, digits)]));
}

function extent(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function range([low, high]: readonly [number, number]): string {
  return low === high ? String(low) : `${low} to ${high}`;
}
