/**
 * Notebooks as data: nbformat 4.5, read, filled with outputs and written so that equal runs give equal bytes.
 */
import { basename } from "node:path";
import { UserError } from "../core/errors.js";
import { readJsonFile } from "../files/text-file.js";
import { isJsonObject } from "../core/json-text.js";
import type { CellFailure, DisplayMessage, StreamMessage } from "./notebook-kernel.js";

/** Lines with their line ends, as nbformat keeps text. */
type Lines = string[];
type MimeBundle = Record<string, unknown>;

const otherText = ["application/javascript", "image/svg+xml"];

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  text: Lines;
}

export interface DisplayOutput {
  readonly output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: Lines;
}

export type CellOutput = StreamOutput | DisplayOutput | ErrorOutput;

export interface NotebookCell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: Lines | string;
  /** code cells only */
  execution_count?: number | null;
  outputs?: CellOutput[];
}

export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly NotebookCell[];
}

/**
 * Reads a notebook with its outputs removed and an id for every cell. Throws UserError when it is not one.
 */
export function readNotebook(path: string): Notebook {
  const where = `notebook ${basename(path)}`;
  const parsed = readJsonFile(path, what => {
    // one word for what is no JSON and for what is no file
    const words = what.startsWith("cannot be read") ? what : `cannot be read (${what})`;
    return new UserError(`${where}: ${words}; name an existing .ipynb file.`);
  });
  const format = () =>
    new UserError(`${where}: is not in notebook format 4; save it again with a current Jupyter.`);
  if (!isJsonObject(parsed) || parsed["nbformat"] !== 4 || !Array.isArray(parsed["cells"])) throw format();
  const wrong = (parsed["cells"] as readonly unknown[]).findIndex(cell => !isCell(cell));
  if (wrong >= 0)
    throw new UserError(
      `${where}: cell ${wrong + 1} has no cell_type and source as notebook format 4 writes them; save ` +
        "it again with a current Jupyter.",
    );
  const metadata = isJsonObject(parsed["metadata"]) ? parsed["metadata"] : {};
  const cells = (parsed["cells"] as readonly NotebookCell[]).map(cleanCell);
  return { ...parsed, metadata, nbformat: 4, nbformat_minor: 5, cells };
}

function isCell(cell: unknown): boolean {
  if (!isJsonObject(cell)) return false;
  const { cell_type: type, source, id } = cell;
  const isText =
    typeof source === "string" || (Array.isArray(source) && source.every(s => typeof s === "string"));
  return (
    isText &&
    ["code", "markdown", "raw"].includes(type as string) &&
    ["string", "undefined"].includes(typeof id)
  );
}

function cleanCell(cell: NotebookCell, index: number): NotebookCell {
  const clean = { ...cell, id: cell.id ?? `cell-${index}`, source: lines(sourceOf(cell)) };
  return cell.cell_type === "code" ? { ...clean, execution_count: null, outputs: [] } : clean;
}

/** A cell's source as one string. */
export function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === "string" ? cell.source : cell.source.join("");
}

/** The file's text: one space of indent, keys sorted, as Jupyter itself saves notebooks. */
export function serializeNotebook(notebook: Notebook): string {
  return `${JSON.stringify(sortKeys(notebook), null, 1)}\n`;
}

/**
 * Gathers what the cells of one run put out, with displays updated in place. Printed text is cut into lines
 * once, by `finish`: to do so for every write takes time that grows with the square of what is printed.
 */
export class OutputCollector {
  private readonly displays = new Map<string, DisplayOutput>();
  /** the writes that make up each stream output */
  private readonly writes = new Map<StreamOutput, string[]>();

  constructor(private readonly outputsOf: (cell: number) => CellOutput[]) {}

  add(message: StreamMessage | DisplayMessage): void {
    const outputs = this.outputsOf(message.cell);
    if (message.type === "stream") this.stream(outputs, message);
    else this.display(outputs, message);
  }

  /** Puts the lines of everything printed into its outputs. */
  finish(): void {
    for (const [output, writes] of this.writes) output.text = lines(writes.join(""));
  }

  /** Writes in quick succession arrive cut at random: one output per run of the same stream. */
  private stream(outputs: CellOutput[], { name, text }: StreamMessage): void {
    const last = outputs.at(-1);
    const same = last?.output_type === "stream" && last.name === name ? this.writes.get(last) : undefined;
    if (same !== undefined) {
      same.push(text);
      return;
    }
    const output: StreamOutput = { output_type: "stream", name, text: [] };
    this.writes.set(output, [text]);
    outputs.push(output);
  }

  private display(outputs: CellOutput[], { data, metadata, displayId, update }: DisplayMessage): void {
    const content = { data: toLines(data), metadata: { ...metadata } };
    const earlier = update && displayId !== undefined ? this.displays.get(displayId) : undefined;
    if (earlier !== undefined) {
      Object.assign(earlier, content);
      return;
    }
    const output: DisplayOutput = { output_type: "display_data", ...content };
    if (displayId !== undefined) this.displays.set(displayId, output);
    outputs.push(output);
  }
}

/**
 * A failure as the `error` output of its cell: without frames of the kernel, without paths of this machine.
 */
export function errorOutput(failure: CellFailure, root: string): ErrorOutput {
  const local = (text: string) => text.replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "");
  return {
    output_type: "error",
    ename: failure.name,
    evalue: local(failure.message),
    traceback: failure.text.split("\n").map(local),
  };
}

/** Text is kept by lines, base64 and JSON are not, as nbformat does. */
function toLines(data: Readonly<Record<string, unknown>>): MimeBundle {
  const byLines = (mime: string) => mime.startsWith("text/") || otherText.includes(mime);
  const entries = Object.entries(data).map(([mime, content]) => [
    mime,
    typeof content === "string" && byLines(mime) ? lines(content) : content,
  ]);
  return Object.fromEntries(entries) as MimeBundle;
}

function lines(text: string): Lines {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

/**
 * The notebook as it is shipped: pictures, tables and printed results stay; progress on standard error, which
 * tells times, and interactive figures, which are drawn anew, go.
 */
export function withStaticOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(cell => ({
    ...cell,
    ...(cell.outputs && { outputs: cell.outputs.flatMap(staticOutput) }),
  }));
  return { ...notebook, cells };
}

function staticOutput(output: CellOutput): CellOutput[] {
  if (output.output_type === "stream") return output.name === "stderr" ? [] : [output];
  if (output.output_type === "error") return [output];
  const { "application/vnd.plotly.v1+json": interactive, ...data } = output.data;
  return interactive !== undefined && Object.keys(data).length === 0 ? [] : [{ ...output, data }];
}
