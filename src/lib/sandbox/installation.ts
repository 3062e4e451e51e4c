/** Where the compiled files of the sandbox are, from the sources as from the built library. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";

/** The folder of this package, found upwards from this file. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A file that runs in a Node of its own, hence compiled, e.g. `compiledFile("worker")`. */
export function compiledFile(name: "worker" | "make-snapshot"): string {
  const file = join(packageRoot, "dist", "lib", "sandbox", `${name}.js`);
  if (!existsSync(file)) throw new UserError(`sandbox: ${file} is missing; run npm run build first.`);
  return file;
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
