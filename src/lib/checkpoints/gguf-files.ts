/** GGUF files as checkpoints: one file holds weights, configuration and tokenizer. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { openBytes } from "../files/file-bytes.js";
import type { Metadata } from "../gguf/header.js";
import { GgufFile } from "../model/gguf/gguf-file.js";

/** Whether this is the path of such a file, there or not. */
export function isGgufPath(path: string): boolean {
  return /\.gguf$/i.test(path);
}

/**
 * The GGUF file that a checkpoint path means: itself, or the only one in a folder without config.json; null
 * where it means a folder in Hugging Face layout.
 * @throws UserError for a folder with several, or with one of several parts
 */
export function ggufAt(path: string): string | null {
  if (isGgufPath(path)) return path;
  if (existsSync(join(path, "config.json")) || !isFolder(path)) return null;
  const files = readdirSync(path).filter(isGgufPath);
  if (files.length === 0) return null;
  if (files.length === 1) return join(path, files[0]);
  throw new UserError(
    `gguf: ${path} holds ${files.length} GGUF files, ${files.sort().slice(0, 3).join(", ")}; name ` +
      "one of them.",
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The metadata of a GGUF file. @throws UserError when it cannot be opened, or is damaged */
export function ggufMetadata(path: string): Metadata {
  const file = openGguf(path);
  file.close();
  return file.metadata;
}

/** The caller's to close. @throws UserError when the file cannot be opened, or is damaged */
export function openGguf(path: string): GgufFile {
  return new GgufFile(openBytes(path, what => new UserError(`gguf: ${path} ${what}; check the path.`)));
}
