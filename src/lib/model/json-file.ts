/** The small JSON files of a checkpoint folder. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { UserError } from "../core/errors.js";

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

/** Replaces the file atomically. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value, null, 2) + "\n");
  renameSync(`${path}.tmp`, path);
}
