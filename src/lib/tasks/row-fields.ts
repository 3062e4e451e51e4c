/**
 * The fields of a row of problems, each with its type; what
 * does not fit is one sentence with the row and the field.
 */
import { UserError } from "../core/errors.js";
import type { JsonRow } from "./json-rows.js";

/** Names become patterns later. */
export const longestName = 200;

/** @throws UserError unless the field `entry_point` names a Python function */
export function nameOf(row: JsonRow): string {
  const name = textOf(row, "entry_point");
  if (name.length <= longestName && /^[^\W\d]\w*$/u.test(name)) return name;
  throw lacks(row, "entry_point", "the name of a Python function");
}

export function textOf(row: JsonRow, name: string): string {
  const value = row.fields[name];
  if (typeof value !== "string") throw lacks(row, name, "a text");
  return value;
}

export function textsOf(row: JsonRow, name: string): readonly string[] {
  const value = row.fields[name];
  if (!Array.isArray(value) || !value.every(item => typeof item === "string"))
    throw lacks(row, name, "a list of texts");
  return value;
}

export function lacks({ where }: JsonRow, name: string, what: string): UserError {
  return new UserError(
    `tasks: ${where} has no "${name}" that is ${what}; name a HumanEval or MBPP file as its authors, ` +
      "EvalPlus or Hugging Face publish it.",
  );
}
