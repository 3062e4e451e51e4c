/** Programs from a JSON lines file: everything that can be wrong with them is found before one runs. */
import { UserError } from "../core/errors.js";
import { readText } from "../files/text-file.js";
import { jsonRows, type JsonRow } from "../tasks/json-rows.js";
import type { Program, ProgramResult } from "./config.js";
import { longestTimeoutSeconds } from "./config.js";

/** Reads `{id, program, timeout_s, tests}` a line (the last two may be left out); blank lines are skipped. */
export function readPrograms(file: string): Program[] {
  const refuse = (what: string) =>
    new UserError(`sandbox: ${file} ${what}; name a file of programs, one JSON object a line.`);
  return jsonRows(readText(file, refuse, mostBytes), file).map(readProgram);
}

/** Programs of a benchmark with all their tests take some ten megabytes. */
const mostBytes = 2 ** 29;

/** `testsPassed` where there were tests, and `shared` where the answer had a say in its grade. */
export function resultRow({ testsPassed, shared, ...result }: ProgramResult): object {
  return { ...result, ...(testsPassed.length > 0 && { testsPassed }), ...(shared && { shared }) };
}

function readProgram({ where, fields }: JsonRow): Program {
  const wrong = (what: string) =>
    new UserError(
      `sandbox: ${where} ${what}; write {"id": "...", "program": "...", "timeout_s": 10, "tests": ` +
        `["..."]} a line.`,
    );
  const { id, program, tests, timeout_s: timeoutSeconds } = fields;
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
