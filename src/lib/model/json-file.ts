/** The small JSON files of a checkpoint folder. */
import { readFileSync } from "node:fs";
import { UserError } from "../core/errors.js";
import { replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";

/** @throws UserError when the file is no JSON object */
export function readJson(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(
      `checkpoint: ${path} cannot be read as JSON (${(error as Error).message}); fetch or write it again.`,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UserError(`checkpoint: ${path} does not hold a JSON object; fetch or write it again.`);
}

/** Replaces the file in one step. @throws UserError when it cannot be written */
export function writeJson(path: string, value: unknown): void {
  writing("checkpoint", path, () => replaceWith(path, JSON.stringify(value, null, 2) + "\n"));
}
