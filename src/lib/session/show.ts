/** What a cell shows: figures, coloured text and tables, without waiting for a browser. */
import { createRequire } from "node:module";
import type { Table } from "../analysis/table.js";
import type { FigureSpec } from "../figures/spec.js";
import { fromRoot } from "../host/package-root.js";
import { figureBundle, type FigureBundle, type NotebookKernelModule } from "../notebooks/save-figure.js";
import type { Html } from "./plot.js";

export type TableRow = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A figure, a piece of HTML, a table, Markdown as text, or rows. */
export type Showable = FigureSpec | Html | Table | string | readonly TableRow[];

/**
 * Shows something below the running cell; outside a notebook it is printed as text. JupyterLab draws a figure
 * itself; for one with its picture, which other viewers can show, see `drawFigure`.
 */
export function show(thing: Showable): void {
  showBundle(bundleOf(thing));
}

export function showBundle(bundle: FigureBundle): void {
  const { lastWriteDisplayData: write } = kernel();
  if (write === null || write === undefined) console.log(bundle.data["text/plain"]);
  else write({ ...bundle, transient: {} }, false);
}

function bundleOf(thing: Showable): FigureBundle {
  if (typeof thing === "string")
    return { data: { "text/markdown": thing, "text/plain": thing }, metadata: {} };
  if ("html" in thing) return { data: { "text/html": thing.html, "text/plain": thing.text }, metadata: {} };
  if ("toMarkdown" in thing) return bundleOf(thing.toMarkdown());
  if ("layout" in thing) return figureBundle(thing);
  const table = tableMarkdown(thing);
  return { data: { "text/markdown": table, "text/plain": table }, metadata: {} };
}

/** Rows as a Markdown table, numbers to three significant digits. */
export function tableMarkdown(rows: readonly TableRow[]): string {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(names),
    line(names.map(() => "---")),
    ...rows.map(row => line(names.map(name => cell(row[name])))),
  ].join("\n");
}

function cell(value: TableRow[string]): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(3)));
  return String(value ?? "-").replace(/[|\n]/g, c => (c === "|" ? "\\|" : " "));
}

/** The kernel's own module, which the process has loaded where a notebook runs. */
function kernel(): Partial<NotebookKernelModule> {
  const require = createRequire(fromRoot("package.json"));
  return require("tslab/dist/jupyter.js") as Partial<NotebookKernelModule>;
}
