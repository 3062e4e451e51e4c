/** The small JSON files of a checkpoint folder. */
import { renameSync, writeFileSync } from "node:fs";
import { UserError } from "../core/errors.js";
import { readJsonObject } from "../files/text-file.js";

/** @throws UserError when the file is no JSON object */
export function readJson(path: string): Record<string, unknown> {
  return readJsonObject(path, what => {
    // one sentence for what is no JSON, and for what cannot be read
    const words = what.replace(/^is not valid JSON/, "cannot be read as JSON");
    return new UserError(`checkpoint: ${path} ${words}; fetch or write it again.`);
  });
}

/** Replaces the file atomically. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value, null, 2) + "\n");
  renameSync(`${path}.tmp`, path);
}
