/** Why a cell failed, in the words of its author: the sentence, and the line of the cell where it happened. */
import { format } from "node:util";
import { UserError } from "../core/errors.js";
import type { CellFailure } from "./notebook-kernel.js";

/** A cell as written, and as tslab runs it: other lines, without types. */
export interface RunningSource {
  readonly source: string;
  /** empty where the cell did not compile */
  readonly compiled: string;
}

/** tslab prints a thrown value alone and a compiler message through a format. */
export function cellFailure(printed: readonly unknown[], cell: RunningSource): CellFailure {
  const thrown = printed[0];
  if (printed.length === 1 && thrown instanceof Error) return failureOf(thrown, cell);
  const text = format(...printed);
  const line = /^(\d+):\d+ - /.exec(text);
  const name = printed.length > 1 ? "CompileError" : "Error";
  const where = line === null ? "" : inWords(Number(line[1]), cell.source);
  return { name, message: text, text: `${name}: ${text}${where}` };
}

/** A person's mistake needs no stack: the sentence says what to do. Others keep theirs. */
function failureOf(error: Error, { source, compiled }: RunningSource): CellFailure {
  const stack = error.stack ?? String(error);
  const frame = /evalmachine\.<anonymous>:(\d+)/.exec(stack);
  const number = frame === null ? undefined : lineInSource(Number(frame[1]), { source, compiled });
  const where = number === undefined ? "" : inWords(number, source);
  const { name, message } = error;
  const text =
    error instanceof UserError
      ? `${name}: ${message}${where}`
      : `${name}: ${message}${where}\n${frames(stack)}`;
  return { name, message, text };
}

const inWords = (number: number, source: string): string =>
  `\n  in line ${number} of the cell: ${(source.split("\n")[number - 1] ?? "").trim()}`;

/** The calls of a stack, without those of Node, tslab, the kernel, and the cell as it was compiled. */
function frames(stack: string): string {
  const inside =
    /node_modules\/tslab\/|\(node:|at node:|(?:kernel-process|jupyter-kernel|cell-executor)\.js|evalmachine\.<anonymous>/;
  return stack
    .split("\n")
    .filter(line => /^\s+at /.test(line) && !inside.test(line))
    .join("\n");
}

/**
 * The compiler's own words, which the author did not write: `(0, unmask_1.load)` for `load`, `exports.model`
 * for what an earlier cell has named.
 */
const asWritten = (compiled: string): string =>
  compiled.replace(/\(0, \w+_\d+\.(\w+)\)/g, "$1").replace(/\b(?:\w+_\d+|exports)\.(\w+)/g, "$1");

/**
 * The line (from 1) of a cell that became the compiled line `number`. The compiler joins lines and drops types,
 * so the place is found by its characters without white space: the whole line, else what stands behind its
 * first `=`, else its beginning. Undefined where none of these is in the cell.
 */
function lineInSource(number: number, { source, compiled }: RunningSource): number | undefined {
  const line = asWritten(compiled.split("\n")[number - 1] ?? "").replace(/\s|;$/g, "");
  const places = [...source].flatMap((character, at) => (/\s/.test(character) ? [] : [at]));
  const written = places.map(at => source[at]).join("");
  const value = line.slice(line.indexOf("=") + 1);
  for (const part of [line, value, value.slice(0, 24), line.slice(0, 12)]) {
    const found = part.length < 3 ? -1 : written.indexOf(part);
    if (found >= 0) return source.slice(0, places[found]).split("\n").length;
  }
  return undefined;
}
