/** What the operating system and Node take away from an interpreter process, and how it is started so. */
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { compiledFile, packageRoot } from "./installation.js";

/** A command line to start under and what it achieves, in words. */
export interface NetworkIsolation {
  readonly command: readonly string[];
  readonly network: string;
}

/** The strongest way that works here: an empty network namespace, as root or through a user namespace, or none. */
export function findNetworkIsolation(wanted: boolean): NetworkIsolation {
  const unshare = ["/usr/bin/unshare", "/bin/unshare"].find(existsSync);
  const none = (why: string) => ({
    command: [],
    network: `network calls refused by the interpreter only (${why})`,
  });
  if (!wanted) return none("unshare switched off");
  if (unshare === undefined) return none("unshare is not there");
  for (const flags of [["--net"], ["--map-root-user", "--net"]])
    if (spawnSync(unshare, [...flags, "--", process.execPath, "--version"], { env: {} }).status === 0)
      return { command: [unshare, ...flags, "--"], network: `no network (unshare ${flags.join(" ")})` };
  return none("unshare is not permitted");
}

/** Node's arguments: reading the interpreter's own files only, no writing, processes, threads or code from text. */
export function nodeArguments(snapshot: string | null): string[] {
  const folder = dirname(compiledFile("worker"));
  const pyodide = realpathSync(join(packageRoot, "node_modules", "pyodide"));
  const readable = [folder, pyodide].map(path => join(path, "*"));
  const files = [join(packageRoot, "package.json"), ...(snapshot === null ? [] : [snapshot])];
  return [
    "--experimental-permission",
    ...[...readable, ...files].map(path => `--allow-fs-read=${path}`),
    "--disallow-code-generation-from-strings",
    "--disable-proto=delete",
    "--no-warnings",
    "--max-old-space-size=256",
    compiledFile("worker"),
  ];
}

/** One line for people. */
export function describeIsolation(network: string, privilegesDropped: boolean, memoryBytes: number): string {
  const user = privilegesDropped ? ", as nobody" : "";
  return (
    `Pyodide in a process without environment${user}; ${network}; no host files (Node's permission model); ` +
    `WebAssembly imports filtered; ${Math.round(memoryBytes / 2 ** 20)} MiB; memory set back after every program`
  );
}
