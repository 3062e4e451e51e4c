/** JSON objects one a line, or in one array, each with the place to name in an error. */
import { UserError } from "../core/errors.js";

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
export function jsonRows(text: string, file: string): JsonRow[] {
  const rows = text.trimStart().startsWith("[") ? arrayRows(text, file) : lineRows(text, file);
  if (rows.length === 0)
    throw new UserError(`tasks: ${file} is empty; name a file with one JSON object a line.`);
  return rows;
}

function lineRows(text: string, file: string): JsonRow[] {
  return text.split("\n").flatMap((json, i) => {
    if (json.trim() === "") return [];
    const where = `${file} line ${i + 1}`;
    return [{ json, where, fields: asObject(parsed(json, where), where) }];
  });
}

function arrayRows(text: string, file: string): JsonRow[] {
  const list = parsed(text, file) as readonly unknown[];
  return list.map((value, i) => {
    const where = `${file} entry ${i + 1}`;
    return { json: null, where, fields: asObject(value, where) };
  });
}

/** Python writes NaN and Infinity into JSON; here, where such numbers are never looked at, they become null. */
function parsed(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    try {
      return JSON.parse(json.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, numberAsNull));
    } catch (error) {
      const cause = (error as Error).message;
      throw new UserError(`tasks: ${where} is not valid JSON (${cause}); write one JSON object a line.`);
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
