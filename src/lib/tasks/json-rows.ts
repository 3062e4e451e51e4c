/** JSON objects one a line, or in one array, each with the place to name in an error. */
import { causeOf, UserError } from "../core/errors.js";
import { withoutByteOrderMark } from "../core/json-text.js";

export interface JsonRow {
  /** the object's own text; null for an element of an array */
  readonly json: string | null;
  /** "FILE line 3" or "FILE entry 3" */
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * @param text of a .jsonl file, or of a .json file that holds one array
 * @param file named in errors
 * @throws UserError naming the line that is no JSON object, or a file without any
 */
export function jsonRows(content: string, file: string): JsonRow[] {
  const text = withoutByteOrderMark(content);
  const rows = text.slice(0, longestIndent).trimStart().startsWith("[")
    ? arrayRows(text, file)
    : lineRows(text, file);
  if (rows.length === 0)
    throw new UserError(`tasks: ${file} is empty; name a file with one JSON object a line.`);
  return rows;
}

/** White space in front of an array. */
const longestIndent = 1000;
/** Of one file; the largest benchmark with ten thousand answers a problem is within. */
const mostRows = 2_000_000;

/** Line by line: a file of line ends alone makes no list of as many texts. */
function lineRows(text: string, file: string): JsonRow[] {
  const rows: JsonRow[] = [];
  for (let at = 0, line = 1; at < text.length; line++) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next;
    const json = text.slice(at, end);
    at = end + 1;
    if (json.trim() === "") continue;
    const where = `${file} line ${line}`;
    if (rows.length === mostRows)
      throw new UserError(`tasks: ${file} has more than ${mostRows} rows; split it into several files.`);
    rows.push({ json, where, fields: asObject(parseRow(json, where), where) });
  }
  return rows;
}

function arrayRows(text: string, file: string): JsonRow[] {
  const list = parseRow(text, file) as readonly unknown[];
  return list.map((value, i) => {
    const where = `${file} entry ${i + 1}`;
    return { json: null, where, fields: asObject(value, where) };
  });
}

/**
 * A text without its closing quote goes on to the end:
 * looked for from every quote anew it would take the square.
 */
const textOrNumber = /"(?:[^"\\]+|\\[^])*(?:"|\\?$)|-?\bInfinity\b|\bNaN\b/g;

/**
 * Python writes NaN and Infinity into JSON; here, where such numbers are never looked at, they become null.
 */
function parseRow(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    try {
      return JSON.parse(json.replace(textOrNumber, numberAsNull));
    } catch (error) {
      throw new UserError(
        `tasks: ${where} is not valid JSON (${causeOf(error)}); write one JSON object a line.`,
      );
    }
  }
}

function numberAsNull(found: string): string {
  return found.startsWith('"') ? found : "null";
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UserError(`tasks: ${where} is not a JSON object; write one JSON object a line.`);
}
