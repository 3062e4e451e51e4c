/** What tells a checkpoint's weights from others. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { hashFile } from "../runtime/provenance.js";
import { ggufAt } from "./gguf-files.js";

/**
 * By the files' names, sizes and times: every run of a study
 * asks, and a large checkpoint takes a minute to read.
 */
const known = new Map<string, string>();

/**
 * The sha256 of its one file, GGUF or safetensors, or of its shards' hashes.
 * @throws UserError when the folder has no weights
 */
export function weightsHash(folder: string): string {
  const gguf = ggufAt(folder);
  if (gguf !== null) return hashFile(gguf);
  const names = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".safetensors")) : [];
  if (names.length === 0)
    throw new UserError(
      `checkpoint: ${folder} has no .safetensors file; name a checkpoint folder in Hugging Face layout.`,
    );
  const files = names.sort().map(name => join(folder, name));
  const key = JSON.stringify(files.map(file => [file, statSync(file).size, statSync(file).mtimeMs]));
  const hash = known.get(key) ?? hashOf(files);
  known.set(key, hash);
  return hash;
}

function hashOf(files: readonly string[]): string {
  const hashes = files.map(hashFile);
  return hashes.length === 1 ? hashes[0] : createHash("sha256").update(hashes.join("\n")).digest("hex");
}
