/** Where the logs of studies lie: data/runs/, or where `npm run reproduce -- --runs DIR` says. */
import { basename, dirname, join, relative, resolve } from "node:path";
import { fromRoot, packageRoot } from "./package-root.js";

/** Set by `npm run reproduce`, for the processes of its notebooks. */
export const runsVariable = "UNMASK_RUNS";

/** A path in the folder of the logs, e.g. `runsFolder("decode", run)`. */
export function runsFolder(...parts: string[]): string {
  const chosen = process.env[runsVariable];
  return chosen === undefined ? fromRoot("data", "runs", ...parts) : join(resolve(chosen), ...parts);
}

/** How figures name a run: data/runs/<study>/<run>, without the machine's path. */
export function runSource(folder: string): string {
  const inside = relative(packageRoot, folder);
  if (!inside.startsWith("..")) return inside.split("\\").join("/");
  return `${basename(runsFolder())}/${basename(dirname(folder))}/${basename(folder)}`;
}
