/** Safetensors files on a disk. */
import { UserError } from "../core/errors.js";
import { replaceFile, writeAll } from "../files/durable.js";
import { openBytes } from "../files/file-bytes.js";
import { writing } from "../files/file-error.js";
import { encodeSafetensors, SafetensorsFile, type TensorToStore } from "../model/safetensors.js";

/**
 * The caller's to close.
 * @throws UserError when the file is missing, cut off, or its header does not describe it
 */
export function openSafetensors(path: string): SafetensorsFile {
  const refuse = (what: string) => new UserError(`safetensors: ${path} ${what}; check the path.`);
  return new SafetensorsFile(openBytes(path, refuse));
}

/**
 * Replaces the file in one step; it is on the disk when this returns.
 * @param guard called just before the file takes its place: throws to keep the old one
 * @throws UserError when it cannot be written
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorToStore>,
  metadata?: Readonly<Record<string, string>>,
  guard?: () => void,
): void {
  const write = (file: number) => {
    let position = 0;
    for (const bytes of encodeSafetensors(tensors, metadata)) {
      writeAll(file, bytes, position);
      position += bytes.length;
    }
  };
  writing("safetensors", path, () => replaceFile(path, write, { guard }));
}
