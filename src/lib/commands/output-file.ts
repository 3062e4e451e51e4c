/** A file that a command will write at its end: looked at before the work, not after it. */
import { accessSync, constants, existsSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { replaceWith } from "../files/durable.js";
import { reasonInWords } from "../files/file-error.js";

/** @throws UserError where the file of `--option` is a folder, or could not be made or replaced */
export function checkWritable(command: string, option: string, file: string): void {
  const wrong = (why: string) =>
    new UserError(`${command}: ${file} cannot be written, ${why}; name another with --${option}.`);
  const found = existsSync(file) ? statSync(file) : undefined;
  if (found?.isDirectory()) throw wrong("it is a folder");
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw wrong("its folder is not there");
  if (!statSync(folder).isDirectory()) throw wrong("a part of its path is a file");
  try {
    if (isReplaced(file)) accessSync(folder, constants.W_OK);
    if (found !== undefined) accessSync(file, constants.W_OK);
  } catch (error) {
    throw wrong(reasonInWords((error as NodeJS.ErrnoException).code ?? ""));
  }
}

/** Rows as a JSON list. */
export function writeRows(file: string, rows: readonly object[]): void {
  const text = `${JSON.stringify(rows, null, 1)}\n`;
  if (isReplaced(file)) replaceWith(existsSync(file) ? realpathSync(file) : file, text);
  else writeFileSync(file, text);
}

/** A file is replaced in one step; a device or a pipe is written to. */
function isReplaced(file: string): boolean {
  return !existsSync(file) || statSync(file).isFile();
}
