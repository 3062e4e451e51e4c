/**
 * Runs a notebook from top to bottom in a fresh kernel, without Python or a
 * server. A failing cell stops the run and is reported by its number; nothing
 * depends on the clock, so two runs of the same code give the same bytes.
 */
import { UserError } from "../core/errors.js";
import { NotebookKernel, type CellFailure } from "./notebook-kernel.js";
import {
  errorOutput,
  OutputCollector,
  readNotebook,
  sourceOf,
  type Notebook,
  type NotebookCell,
} from "./notebook-format.js";
import { packageRoot } from "../host/package-root.js";

/** Reported before and after every code cell, for progress. */
export interface CellEvent {
  readonly phase: "start" | "end";
  /** 1-based, among the code cells that hold code */
  readonly number: number;
  readonly of: number;
  readonly source: string;
  /** wall-clock time of the cell; 0 at the start */
  readonly seconds: number;
  readonly ok: boolean;
}

export interface ExecuteNotebookOptions {
  readonly timeoutSecondsPerCell: number;
  readonly onCell: (event: CellEvent) => void;
  /** environment variables of the kernel beside this process's own */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** folder in which cells run and from whose node_modules they import */
  readonly root: string;
  /** one that has forgotten the notebook before, and is the caller's to close; by default one of its own */
  readonly kernel?: NotebookKernel;
}

export const executeNotebookDefaults: ExecuteNotebookOptions = {
  timeoutSecondsPerCell: 600,
  onCell: () => {},
  env: {},
  root: packageRoot,
};

export interface NotebookError {
  /** 0-based, among all cells of the notebook */
  readonly cellIndex: number;
  /** 1-based, among its code cells: the number that Jupyter would show in brackets */
  readonly cellNumber: number;
  readonly source: string;
  /** "name: message", without this machine's paths */
  readonly message: string;
}

export interface ExecutedNotebook {
  /** nbformat 4.5 with outputs up to the failing cell, if one failed */
  readonly notebook: Notebook;
  readonly error?: NotebookError;
}

/**
 * Executes all code cells of the notebook at `path` and returns it with outputs; the file itself is not
 * changed. A cell that throws, does not compile, leaves a rejection unhandled, ends or crashes the kernel, or
 * outlasts its limit is an `error`. Throws UserError when the file is no notebook or an option makes no
 * sense.
 */
export async function executeNotebook(
  path: string,
  options: Partial<ExecuteNotebookOptions> = {},
): Promise<ExecutedNotebook> {
  const asked = { ...executeNotebookDefaults, ...options };
  const { timeoutSecondsPerCell, onCell, env, signal, root } = asked;
  if (!(timeoutSecondsPerCell > 0 && timeoutSecondsPerCell <= 86400))
    throw new UserError(
      `notebook: timeoutSecondsPerCell=${timeoutSecondsPerCell} is not in (0, 86400]; give seconds.`,
    );
  const notebook = readNotebook(path);
  const cells = notebook.cells.filter(cell => cell.cell_type === "code" && sourceOf(cell).trim() !== "");
  const collector = new OutputCollector(number => cells[number - 1].outputs!);
  const kernel = asked.kernel ?? new NotebookKernel({ root, env });
  try {
    for (const [position, cell] of cells.entries()) {
      const [number, source, start] = [position + 1, sourceOf(cell), performance.now()];
      const event = { number, of: cells.length, source };
      onCell({ ...event, phase: "start", seconds: 0, ok: true });
      cell.execution_count = number;
      const failure = await kernel.execute(
        { cell: number, code: source },
        { timeoutSeconds: timeoutSecondsPerCell, signal, onOutput: message => collector.add(message) },
      );
      const seconds = (performance.now() - start) / 1000;
      onCell({ ...event, phase: "end", seconds, ok: failure === undefined });
      if (failure !== undefined) return { notebook, error: report(notebook, cell, failure, root) };
    }
    return { notebook };
  } finally {
    if (kernel !== asked.kernel) await kernel.close();
    collector.finish();
  }
}

function report(notebook: Notebook, cell: NotebookCell, failure: CellFailure, root: string): NotebookError {
  const output = errorOutput(failure, root);
  cell.outputs!.push(output);
  return {
    cellIndex: notebook.cells.indexOf(cell),
    cellNumber: cell.execution_count!,
    source: sourceOf(cell),
    message: `${output.ename}: ${output.evalue}`,
  };
}
