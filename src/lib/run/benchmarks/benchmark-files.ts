/** The files of a benchmark evaluation: problems and answers, as they are or gzipped. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../core/errors.js";

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
