/** The small JSON files of a checkpoint folder. */
import { UserError } from "../core/errors.js";
import type { FolderFiles } from "../core/folder-files.js";
import { replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { filesOf } from "../files/folder-files.js";
import { readJsonObject } from "../files/text-file.js";

/** @throws UserError when the file is no JSON object */
export function readJson(path: string): Record<string, unknown> {
  return readJsonObject(path, what => refusal(path, what));
}

/** All of them. */
export function checkpointFiles(folder: string): FolderFiles {
  return filesOf(folder, refusal);
}

/** One sentence for what is no JSON, and for what cannot be read. */
function refusal(path: string, what: string): UserError {
  const words = what.replace(/^is not valid JSON/, "cannot be read as JSON");
  return new UserError(`checkpoint: ${path} ${words}; fetch or write it again.`);
}

/** Replaces the file in one step. @throws UserError when it cannot be written */
export function writeJson(path: string, value: unknown): void {
  writing("checkpoint", path, () => replaceWith(path, JSON.stringify(value, null, 2) + "\n"));
}
