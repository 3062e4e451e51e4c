/**
 * What an interpreter process must be able to read: Node
 * itself, its libraries, and a few files of this package.
 */
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { packageRoot, plainRoot, workerFiles } from "./installation.js";

/** Where an interpreter process finds its files. */
export interface View {
  /** the folder that shows this package */
  readonly root: string;
  /** file with the memory of a started interpreter, or null */
  readonly snapshot: string | null;
}

/** A file or folder and the name that it has in the view. */
export interface Shown {
  readonly from: string;
  readonly to: string;
  /** whether it is code of the machine, which a mount must allow to be executed */
  readonly executable: boolean;
}

/** The view of a process that sees the whole file system. */
export function openView(snapshot: string | null): View {
  const root = plainRoot();
  return { root, snapshot: snapshot === null ? null : join(root, relative(packageRoot, snapshot)) };
}

/** The view of a process that sees only `shownFiles(snapshot)`. */
export function closedView(snapshot: string | null): View {
  const root = "/unmask";
  return { root, snapshot: snapshot === null ? null : `${root}/snapshot.bin` };
}

/** Everything that a process with the closed view sees, all of it read-only. */
export function shownFiles(snapshot: string | null): Shown[] {
  const { root, snapshot: memory } = closedView(snapshot);
  const own = workerFiles.map(name => ({ from: join(packageRoot, name), to: join(root, name) }));
  if (snapshot !== null && memory !== null) own.push({ from: snapshot, to: memory });
  const code = [process.execPath, ...sharedLibraries()].map(path => ({ from: path, to: path }));
  return [
    ...own.map(file => ({ ...file, from: realpathSync(file.from), executable: false })),
    ...code.map(file => ({ ...file, executable: true })),
  ];
}

let libraries: readonly string[] | undefined;

/** What the loader maps when Node starts: asked of the loader itself, which lists it and runs nothing. */
function sharedLibraries(): readonly string[] {
  if (libraries !== undefined) return libraries;
  const env = { LD_TRACE_LOADED_OBJECTS: "1" };
  const { stdout } = spawnSync(process.execPath, ["--version"], { env, encoding: "utf8", timeout: 10_000 });
  const paths = [...(stdout ?? "").matchAll(/(\/.*) \(0x[0-9a-f]+\)$/gm)].map(match => match[1]);
  libraries = [...paths, "/etc/ld.so.cache"].filter(path => existsSync(path));
  return libraries;
}
