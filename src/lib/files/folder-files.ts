/** A folder on a disk as the small files that the instrument's readers take. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { UserError } from "../core/errors.js";
import type { FolderFiles } from "../core/folder-files.js";
import { readJsonObject, readText } from "./text-file.js";

/**
 * @param refuse the reader's sentence around what is wrong with a file
 * @param most bytes that a file may hold
 */
export function filesOf(
  folder: string,
  refuse: (path: string, what: string) => UserError,
  most?: number,
): FolderFiles {
  const pathOf = (name: string) => join(folder, name);
  const ifThere = <T>(name: string, read: (path: string) => T): T | undefined =>
    existsSync(pathOf(name)) ? read(pathOf(name)) : undefined;
  return {
    folder,
    pathOf,
    text: name => ifThere(name, path => readText(path, what => refuse(path, what), most)),
    json: name => ifThere(name, path => readJsonObject(path, what => refuse(path, what), most)),
  };
}
