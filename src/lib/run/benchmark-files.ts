/** The files of a benchmark evaluation: problems and answers, as they are or gzipped; weights, by their hash. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "../core/errors.js";
import { hashFile } from "./provenance.js";

export interface TextFile {
  readonly text: string;
  /** sha256 of its text, in hex */
  readonly hash: string;
}

/** @throws UserError when the file cannot be read, or is named .gz and is not gzipped */
export function readTextFile(file: string, option: string): TextFile {
  const text = decompressed(file, contentsOf(file, option)).toString("utf8");
  return { text, hash: createHash("sha256").update(text).digest("hex") };
}

function contentsOf(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
    throw new UserError(`evaluate: --${option} ${file} ${why}; name a .jsonl, .jsonl.gz or .json file.`);
  }
}

function decompressed(file: string, bytes: Buffer): Buffer {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new UserError(
      `evaluate: ${file} is gzipped and damaged (${(error as Error).message}); fetch it again.`,
    );
  }
}

/**
 * What tells a checkpoint's weights from others: the sha256 of its one file, or of its shards' hashes.
 * @throws UserError when the folder has no weights
 */
export function weightsHash(folder: string): string {
  const names = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".safetensors")) : [];
  if (names.length === 0)
    throw new UserError(
      `evaluate: ${folder} has no .safetensors file; name a checkpoint folder in Hugging Face layout with --checkpoint.`,
    );
  const hashes = names.sort().map(name => hashFile(join(folder, name)));
  return hashes.length === 1 ? hashes[0] : createHash("sha256").update(hashes.join("\n")).digest("hex");
}
