/**
 * The files that readers open, bounded before a byte is read: a folder, a device or a giant is one sentence.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { causeOf, type UserError } from "../core/errors.js";
import { isJsonObject, parseJson, withoutByteOrderMark } from "../core/json-text.js";

/** The reader's own sentence around what is wrong: "is no file", "cannot be read (ENOENT)". */
export type Refusal = (what: string) => UserError;

/** Of the small files of a checkpoint, a notebook or a recipe. */
export const mostTextBytes = 64 * 2 ** 20;

/**
 * A regular file, open for reading. Opened without waiting,
 * so that a pipe without a writer is refused, not waited for.
 * @param most bytes it may hold
 * @throws what `refuse` makes of it
 */
export function openRegular(path: string, refuse: Refusal, most = Infinity): { fd: number; size: number } {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw refuse(`cannot be read (${causeOf(error)})`);
  }
  const stat = fstatSync(fd);
  const wrong = !stat.isFile()
    ? `is ${stat.isDirectory() ? "a folder" : "no regular file"}, where a file is needed`
    : stat.size > most
      ? `has ${stat.size} bytes, more than the ${most} that are read`
      : undefined;
  if (wrong === undefined) return { fd, size: stat.size };
  closeSync(fd);
  throw refuse(wrong);
}

/** A text file, UTF-8, without its byte-order mark. @throws what `refuse` makes of it */
export function readText(path: string, refuse: Refusal, most = mostTextBytes): string {
  const { fd } = openRegular(path, refuse, most);
  try {
    return withoutByteOrderMark(readFileSync(fd, "utf8"));
  } catch (error) {
    throw refuse(`cannot be read (${causeOf(error)})`);
  } finally {
    closeSync(fd);
  }
}

/** A JSON file. @throws what `refuse` makes of it */
export function readJsonFile(path: string, refuse: Refusal, most = mostTextBytes): unknown {
  const text = readText(path, refuse, most);
  try {
    return parseJson(text);
  } catch (error) {
    throw refuse(`is not valid JSON (${causeOf(error)})`);
  }
}

/** A JSON file that holds one object. @throws what `refuse` makes of it */
export function readJsonObject(path: string, refuse: Refusal, most?: number): Record<string, unknown> {
  const value = readJsonFile(path, refuse, most);
  if (isJsonObject(value)) return value;
  throw refuse("does not hold a JSON object");
}
