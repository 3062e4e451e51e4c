/** The memory of a started interpreter, kept in a file: a worker starts from it several times faster. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pythonEnvironment } from "./config.js";
import { compiledFile, keepLinks, packageRoot, plainRoot } from "./installation.js";
import { installRunner } from "./runner.js";

const folder = join(packageRoot, "node_modules", ".cache", "unmask-sandbox");

/**
 * The snapshot's file, made first where it is missing (a few seconds); null
 * where it cannot be made, for instance because node_modules is read-only.
 * Made for one version of Pyodide, Node, runner and environment; older ones are removed.
 */
export async function ensureSnapshot(): Promise<string | null> {
  const manifest = readFileSync(join(packageRoot, "node_modules", "pyodide", "package.json"));
  const made = createHash("sha256").update(manifest).update(process.version).update(installRunner);
  made.update(JSON.stringify(pythonEnvironment));
  const file = join(folder, `${made.digest("hex").slice(0, 16)}.bin`);
  if (existsSync(file)) return file;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return null;
  }
  const args = [...keepLinks, compiledFile("make-snapshot", plainRoot()), file];
  const maker = spawn(process.execPath, args, { stdio: "ignore", env: {} });
  await new Promise(resolve => maker.on("close", resolve).on("error", resolve));
  if (!existsSync(file)) return null;
  for (const name of readdirSync(folder))
    if (name.endsWith(".bin") && join(folder, name) !== file) rmSync(join(folder, name), { force: true });
  return file;
}
