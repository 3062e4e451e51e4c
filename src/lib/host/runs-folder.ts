/** Where the logs of studies lie: data/runs/, or where `npm run reproduce -- --runs DIR` says. */
import { accessSync, constants } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { makeFolders } from "../files/durable.js";
import { fromRoot, packageRoot } from "./package-root.js";

/** Set by `npm run reproduce`, for the processes of its notebooks. */
export const runsVariable = "UNMASK_RUNS";

/** A path in the folder of the logs, e.g. `runsFolder("decode", run)`. */
export function runsFolder(...parts: string[]): string {
  const chosen = process.env[runsVariable];
  return chosen === undefined ? fromRoot("data", "runs", ...parts) : join(resolve(chosen), ...parts);
}

/**
 * Makes a folder of runs, or finds it writable.
 * @throws UserError otherwise, before anything was computed
 */
export function makeRunsFolder(folder: string = runsFolder()): void {
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `studies: ${folder} cannot be written (${code}); free it, or set UNMASK_RUNS to a folder of yours.`,
    );
  }
}

/** How figures name a run: data/runs/<study>/<run>, without the machine's path. */
export function runSource(folder: string): string {
  const inside = relative(packageRoot, folder);
  if (!inside.startsWith("..")) return inside.split("\\").join("/");
  return `${basename(runsFolder())}/${basename(dirname(folder))}/${basename(folder)}`;
}
