/** The files of a benchmark evaluation: problems and answers, as they are or gzipped. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { causeOf, UserError } from "../core/errors.js";
import { withoutByteOrderMark } from "../core/json-text.js";
import type { FileTask } from "../tasks/task.js";

export interface TextFile {
  readonly text: string;
  /** sha256 of its text, in hex */
  readonly hash: string;
}

/**
 * @param command that was told to read it, and by which of its options
 * @throws UserError when the file cannot be read, or is gzipped and damaged
 */
export function readTextFile(command: string, option: string, file: string): TextFile {
  const text = textOf(command, file, decompress(command, file, contentsOf(command, option, file)));
  return { text, hash: createHash("sha256").update(text).digest("hex") };
}

/** The sentence for a benchmark without its file. */
export function noFile(command: string, { name }: FileTask): UserError {
  return new UserError(
    `${command}: --task ${name} needs --file, and the project ships no copy; name your file of its problems.`,
  );
}

function contentsOf(command: string, option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
    throw new UserError(`${command}: --${option} ${file} ${why}; name a .jsonl, .jsonl.gz or .json file.`);
  }
}

function decompress(command: string, file: string, bytes: Buffer): Buffer {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE")
      throw new UserError(
        `${command}: ${file} holds more than ${mostBytes} bytes unzipped; name a file of problems or ` +
          "answers.",
      );
    throw new UserError(`${command}: ${file} is gzipped and damaged (${causeOf(error)}); fetch it again.`);
  }
}

/** EvalPlus's files of inputs have some ten megabytes. */
const mostBytes = 256 * 2 ** 20;

function textOf(command: string, file: string, bytes: Buffer): string {
  if (bytes.length <= mostBytes) return withoutByteOrderMark(bytes.toString("utf8"));
  throw new UserError(
    `${command}: ${file} has ${bytes.length} bytes, more than the ${mostBytes} that are read; name a ` +
      "file of problems or answers.",
  );
}
