/** The files of a benchmark evaluation: problems and answers, as they are or gzipped. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { causeOf, UserError } from "../core/errors.js";
import { withoutByteOrderMark } from "../core/json-text.js";

export interface TextFile {
  readonly text: string;
  /** sha256 of its text, in hex */
  readonly hash: string;
}

/** @throws UserError when the file cannot be read, or is named .gz and is not gzipped */
export function readTextFile(file: string, option: string): TextFile {
  const text = textOf(file, decompress(file, contentsOf(file, option)));
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

function decompress(file: string, bytes: Buffer): Buffer {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE")
      throw new UserError(
        `evaluate: ${file} holds more than ${mostBytes} bytes unzipped; name a file of problems or answers.`,
      );
    throw new UserError(`evaluate: ${file} is gzipped and damaged (${causeOf(error)}); fetch it again.`);
  }
}

/** EvalPlus's files of inputs have some ten megabytes. */
const mostBytes = 256 * 2 ** 20;

function textOf(file: string, bytes: Buffer): string {
  if (bytes.length <= mostBytes) return withoutByteOrderMark(bytes.toString("utf8"));
  throw new UserError(
    `evaluate: ${file} has ${bytes.length} bytes, more than the ${mostBytes} that are read; name a ` +
      "file of problems or answers.",
  );
}
