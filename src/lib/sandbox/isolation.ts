/** What Node takes away from an interpreter process, and all that keeps programs in, in one line. */
import { join } from "node:path";
import { compiledFile, keepLinks, workerFiles } from "./installation.js";
import { v8StackKibibytes } from "./stack.js";
import type { View } from "./worker-view.js";

/**
 * Node's arguments: reading the interpreter's own files
 * only, no writing, processes, threads or code from text.
 */
export function nodeArguments({ root, snapshot }: View): string[] {
  const files = workerFiles.map(name => join(root, name, name.endsWith(".json") ? "" : "*"));
  const readable = [...files, ...(snapshot === null ? [] : [snapshot])];
  return [
    permissionModel(),
    ...readable.map(path => `--allow-fs-read=${path}`),
    ...keepLinks,
    "--disallow-code-generation-from-strings",
    "--disable-proto=delete",
    "--no-warnings",
    "--max-old-space-size=256",
    `--stack-size=${v8StackKibibytes()}`,
    compiledFile("worker", root),
  ];
}

/** Node's word for its permission model, which 20 still called an experiment and 24 no longer does. */
const permissionModel = (): string =>
  process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";

/** One line for people. */
export function describeIsolation(
  wall: string,
  limits: string,
  privilegesDropped: boolean,
  memoryBytes: number,
): string {
  const user = privilegesDropped ? ", as nobody" : "";
  return (
    `Pyodide in a process without environment${user}; ${wall}; ${limits}; no host files (Node's permission ` +
    `model); WebAssembly imports filtered; ${Math.round(memoryBytes / 2 ** 20)} MiB; memory set back ` +
    "after every program"
  );
}
