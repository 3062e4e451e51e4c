/**
 * Files that are there whole or not at all, whenever the process or the power goes: written beside their
 * place, brought to the disk, put into place, and the folder brought to the disk after them.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { disk } from "./disk.js";

/**
 * Of this process: two at once never write the same partial
 * file, not even with the same process id in two containers.
 */
const own = randomBytes(4).toString("hex");
const partialEnding = ".tmp";

/** A name beside `path` for what is not whole yet. */
export function partialOf(path: string): string {
  return `${path}.${own}${partialEnding}`;
}

/**
 * Replace a file in one step; a failure leaves the old one, and nothing beside it.
 * @param write fills the new file, given open; with a file
 *   left open by `keepOpen` for the caller to go on with
 * @param guard called when the new file is whole, just
 *   before it takes the place: throws to keep the old one
 */
export function replaceFile(
  path: string,
  write: (file: number) => void,
  { guard, keepOpen = false }: { readonly guard?: () => void; readonly keepOpen?: boolean } = {},
): number {
  const partial = partialOf(path);
  disk.remove(partial);
  const file = disk.open(partial, "wx");
  try {
    write(file);
    disk.sync(file);
    guard?.();
    disk.rename(partial, path);
    disk.syncFolder(dirname(path));
  } catch (error) {
    disk.close(file);
    removeQuietly(partial);
    throw error;
  }
  if (!keepOpen) disk.close(file);
  return file;
}

/** Replace a file by these bytes. */
export function replaceWith(path: string, content: string | Uint8Array, guard?: () => void): void {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  replaceFile(path, file => writeAll(file, bytes, 0), { guard });
}

/** Write all bytes at a place. */
export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += disk.write(file, bytes.subarray(done), position + done);
}

/**
 * Make a folder and those that it lies in. Parent by parent:
 * Node's own recursive mkdir never returns under /proc.
 */
export function makeFolders(folder: string): void {
  const path = resolve(folder);
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    disk.makeFolder(path);
  } catch (error) {
    if (!existsSync(path)) throw error; // else another process has just made it
  }
  disk.syncFolder(dirname(path));
}

/** Remove what writers that were killed left half written. Only where no other process writes. */
export function sweepPartials(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith(partialEnding)) disk.remove(join(folder, entry.name));
}

/** The first error is the one to tell: a disk that cannot be written may not be tidied either. */
function removeQuietly(path: string): void {
  try {
    disk.remove(path);
  } catch {
    // swept at the next start
  }
}
