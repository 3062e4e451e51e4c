/** The folder of a run, in which one process at a time writes. */
import { join, resolve, sep } from "node:path";
import { makeFolders, sweepPartials } from "./durable.js";
import { cannotWrite, writing } from "./file-error.js";
import { withLock } from "./file-lock.js";

export const lockName = "lock";

export interface FolderWork<T> {
  /** the part of the program that says it */
  readonly where: string;
  /** what to do about a folder that cannot be written */
  readonly remedy?: string;
  /** @param guard to be called before the folder is changed: throws when another process has taken it over */
  readonly work: (guard: () => void) => Promise<T>;
  /** ends the waiting; of one that was aborted before, nothing is begun */
  readonly signal?: AbortSignal;
}

/**
 * Do work in a folder, which is made if need be and rid of what killed writers left half written. Of two
 * processes the second waits and says for whom.
 * @throws UserError for a folder that cannot be written, or that another process took over
 */
export async function inLockedFolder<T>(
  folder: string,
  { where, remedy, work, signal }: FolderWork<T>,
): Promise<T> {
  signal?.throwIfAborted();
  writing(where, folder, () => makeFolders(folder), remedy);
  const waiting = (holder: string) =>
    console.error(
      `${where}: waiting for process ${holder}, which writes ${folder}; Ctrl-C ends the waiting.`,
    );
  try {
    return await withLock(
      join(folder, lockName),
      ({ check }) => {
        sweepPartials(folder);
        return work(check);
      },
      waiting,
      { signal },
    );
  } catch (error) {
    throw isInside(folder, error) ? cannotWrite(where, folder, error, remedy) : error;
  }
}

/**
 * Errors of files elsewhere, such as those that are read, are for others to tell; a full disk names no file.
 */
function isInside(folder: string, error: unknown): boolean {
  const { path, code = "" } = error as NodeJS.ErrnoException;
  if (path === undefined) return ["ENOSPC", "EDQUOT", "EIO"].includes(code);
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}
