/** Where the compiled files of the sandbox are, from the sources as from the built library. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";

/** The folder of this package, found upwards from this file. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** What an interpreter reads of this package, relative to its folder. */
export const workerFiles = ["package.json", "dist/lib/core", "dist/lib/sandbox", "node_modules/pyodide"];

/**
 * Node's options that keep links, such as `plainRoot()`,
 * as they are in the paths of what is loaded from there.
 */
export const keepLinks = ["--preserve-symlinks", "--preserve-symlinks-main"];

/** A file that runs in a Node of its own, hence compiled, relative to a folder that shows this package. */
export function compiledFile(name: "worker" | "make-snapshot", root: string = packageRoot): string {
  const file = join("dist", "lib", "sandbox", `${name}.js`);
  if (!existsSync(join(packageRoot, file)))
    throw new UserError(`sandbox: ${join(packageRoot, file)} is missing; run npm run build first.`);
  return join(root, file);
}

let link: string | undefined;

/**
 * The package's folder under a name without special characters: `*` in a path
 * means any text to Node's permission model, and parentheses, `#` or `%` mislead
 * Pyodide where it makes URLs of paths and finds itself in stack traces.
 */
export function plainRoot(): string {
  if (isPlain(packageRoot)) return packageRoot;
  if (link !== undefined && existsSync(link)) return link;
  const place = [tmpdir(), "/tmp", "/var/tmp"].find(name => isPlain(name) && existsSync(name));
  const folder = mkdtempSync(join(place ?? "/tmp", "unmask-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  link = join(folder, "package");
  symlinkSync(packageRoot, link);
  return link;
}

/** Whether no reader of this path can take it for anything but a path. */
function isPlain(path: string): boolean {
  return /^[\w./@+-]+$/.test(path);
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
