/** Where the project's folder is: the one place from which paths are reckoned. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder whose package.json is named "unmask", found upwards from this file, built or not. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A path inside the project's folder, e.g. `fromRoot("data", "runs")`. */
export function fromRoot(...parts: string[]): string {
  return join(packageRoot, ...parts);
}

function findRoot(start: string): string {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly name?: string };
    if (name === "unmask") return folder;
  }
  throw new Error(`internal: no package.json named "unmask" above ${start}.`);
}
