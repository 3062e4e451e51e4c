/**
 * Programs from a JSON lines file, results to a JSON file;
 * everything that can be wrong is found before a program runs.
 */
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { withoutByteOrderMark } from "../core/json-text.js";
import type { Program, ProgramResult } from "./config.js";
import { longestTimeoutSeconds } from "./config.js";

/** Reads `{id, program, timeout_s, tests}` a line (the last two may be left out); blank lines are skipped. */
export function readPrograms(file: string): Program[] {
  const lines = readText(file).split("\n");
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [readProgram(line, `${file} line ${i + 1}`)]));
}

/** Throws unless `writeResults` will be able to write `file`, as far as trying can tell. */
export function checkWritable(file: string): void {
  if (fs.existsSync(file) && fs.statSync(file).isDirectory())
    throw new UserError(`sandbox: cannot write ${file}, it is a folder; name a file.`);
  orUserError(file, () => {
    fs.accessSync(fs.existsSync(file) ? file : dirname(resolve(file)), fs.constants.W_OK);
    if (isDevice(file)) return;
    fs.writeFileSync(aside(file), "");
    fs.rmSync(aside(file));
  });
}

/**
 * Writes `[{id, outcome, error, output, seconds}]`, with `testsPassed` where there were tests and `shared`
 * where the answer had a say in its grade; a file is replaced as a whole or not at all.
 */
export function writeResults(file: string, results: readonly ProgramResult[]): void {
  const rows = results.map(({ testsPassed, shared, ...result }) => ({
    ...result,
    ...(testsPassed.length > 0 ? { testsPassed } : {}),
    ...(shared ? { shared } : {}),
  }));
  const text = `${JSON.stringify(rows, null, 1)}\n`;
  orUserError(file, () => {
    if (isDevice(file)) return fs.writeFileSync(file, text);
    fs.writeFileSync(aside(file), text);
    fs.renameSync(aside(file), fs.existsSync(file) ? fs.realpathSync(file) : file);
  });
}

/** A device or a pipe is written to, not replaced. */
function isDevice(file: string): boolean {
  return fs.existsSync(file) && !fs.statSync(file).isFile();
}

function aside(file: string): string {
  return `${fs.existsSync(file) ? fs.realpathSync(file) : file}.${process.pid}.tmp`;
}

function orUserError(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" || code === "ENOTDIR" ? "its folder does not exist" : `the system says ${code}`;
    throw new UserError(
      `sandbox: cannot write ${file}, ${why}; name a file in a folder that can be written.`,
    );
  }
}

function readText(file: string): string {
  try {
    return withoutByteOrderMark(fs.readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UserError(
      `sandbox: cannot read ${file}, ${why}; name a file of programs, one JSON object a line.`,
    );
  }
}

function readProgram(line: string, where: string): Program {
  const wrong = (what: string) =>
    new UserError(
      `sandbox: ${where} ${what}; write {"id": "...", "program": "...", "timeout_s": 10, "tests": ` +
        `["..."]} a line.`,
    );
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw wrong("is not valid JSON");
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw wrong("is not a JSON object");
  const { id, program, tests, timeout_s: timeoutSeconds } = row as Record<string, unknown>;
  if (typeof id !== "string" && typeof id !== "number") throw wrong('has no "id" (a text or a number)');
  if (typeof program !== "string") throw wrong('has no "program" (a text)');
  const hasTests = tests !== undefined && tests !== null;
  if (hasTests && !(Array.isArray(tests) && tests.every(test => typeof test === "string")))
    throw wrong('has "tests" that are not a list of texts');
  const read = { id: String(id), program, ...(hasTests ? { tests: tests } : {}) };
  if (timeoutSeconds === undefined || timeoutSeconds === null) return read;
  if (typeof timeoutSeconds !== "number" || !(timeoutSeconds > 0 && timeoutSeconds <= longestTimeoutSeconds))
    throw wrong(`has "timeout_s" ${JSON.stringify(timeoutSeconds)}, not a number of seconds above 0`);
  return { ...read, timeoutSeconds };
}
