/**
 * TensorFlow's own C++ libraries and the tfjs binding built against them, in .native/tensorflow-VERSION-KIND/:
 * lib/ (the two libraries of the PyPI wheel), nvidia/ (CUDA, where there is a GPU; the libraries look for it at
 * `$ORIGIN/../nvidia`) and tfjs_binding.node. The folder appears in one rename, so it is whole or not there.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipInstall, requirementsFile, type PinnedWheels } from "./pinned-wheels.js";
import { StepFailure, findOnPath, runProgram, step } from "./setup-step.js";

/** As pinned in requirements/tensorflow*.txt. */
export const tensorflowVersion = "2.21.0";

/** Any interpreter with pip may fetch it: only the libraries are used, Python never runs them. */
const wheelPython = "3.12";
const bindingPackage = "node_modules/@tensorflow/tfjs-node-gpu";

export type NativeKind = "cpu" | "cuda";

const needs = {
  cpu: { wheels: process.arch === "x64" ? "tensorflow-cpu" : "tensorflow", freeBytes: 3e9, about: "260 MB" },
  cuda: { wheels: "tensorflow-cuda", freeBytes: 14e9, about: "3 GB with CUDA" },
} as const;

/** Where the libraries and the binding of one kind lie. */
export function nativeFolder(root: string, kind: NativeKind): string {
  return join(root, ".native", `tensorflow-${tensorflowVersion}-${kind}`);
}

/** True when the tfjs package finds both its binding and TensorFlow's library. Costs two look-ups. */
export function isPlaced(root: string): boolean {
  const folder = join(root, bindingPackage);
  return existsSync(bindingFile(root)) && existsSync(join(folder, "deps/lib"));
}

/** Puts the binding into the tfjs package and points its `deps` at the libraries. */
export function place(root: string, kind: NativeKind): void {
  unplace(root);
  const target = bindingFile(root);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(
    join("../../..", ".native", `tensorflow-${tensorflowVersion}-${kind}`),
    join(root, bindingPackage, "deps"),
  );
  copyFileSync(join(nativeFolder(root, kind), "tfjs_binding.node"), `${target}.tmp`);
  renameSync(`${target}.tmp`, target);
}

/** Takes binding and libraries out of the tfjs package again; .native keeps its copy. */
export function unplace(root: string): void {
  for (const part of ["deps", "lib"])
    rmSync(join(root, bindingPackage, part), { recursive: true, force: true });
}

/** Fetches the wheel and builds the binding. Throws StepFailure, having left nothing behind, where that cannot be. */
export async function buildNative(root: string, kind: NativeKind, log: string): Promise<void> {
  const gyp = await step("looking for python3, make, a C++ compiler and node-gyp", () =>
    checkTools(root, kind),
  );
  const partial = join(root, ".native", `partial-${process.pid}`);
  try {
    mkdirSync(join(partial, "tmp"), { recursive: true });
    const { wheels, about } = needs[kind];
    const title = `fetching TensorFlow: ${wheels} ${tensorflowVersion} (${about})`;
    await step(title, () => fetchLibraries(partial, wheels, kind, log));
    await step("building the tfjs binding against it", () => buildBinding(root, partial, gyp, log));
    renameSync(join(partial, "deps"), nativeFolder(root, kind));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Removes what earlier set-ups that were killed left behind. */
export function sweepPartials(root: string): void {
  for (const name of readdirSync(join(root, ".native")))
    if (name.startsWith("partial-")) rmSync(join(root, ".native", name), { recursive: true, force: true });
}

/** The binding's place in the tfjs package; tfjs-node-gpu 4.22 looks for Node-API version 8. */
function bindingFile(root: string): string {
  return join(root, bindingPackage, "lib/napi-v8/tfjs_binding.node");
}

/** The prefix with Node's headers under include/node, where they are installed; else node-gyp fetches them. */
function nodeHeaders(): string | undefined {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, "include/node/node_api.h")) ? prefix : undefined;
}

function checkTools(root: string, kind: NativeKind): string {
  if (process.platform !== "linux")
    throw new StepFailure(`the wheel is used on Linux only, not ${process.platform}`);
  const missing = ["python3", "make", process.env.CXX ?? "g++"].filter(
    name => findOnPath(name) === undefined,
  );
  if (missing.length > 0) throw new StepFailure(`${missing.join(" and ")} not found on the PATH`);
  const { bavail, bsize } = statfsSync(root);
  const { freeBytes } = needs[kind];
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(0);
  if (bavail * bsize < freeBytes)
    throw new StepFailure(
      `${gigabytes(freeBytes)} GB of disk are needed, ${gigabytes(bavail * bsize)} GB are free`,
    );
  return findNodeGyp();
}

/** npm brings node-gyp; npm itself is found through the variable it sets, else through the PATH. */
function findNodeGyp(): string {
  const npm = process.env.npm_execpath ?? findOnPath("npm");
  if (npm === undefined) throw new StepFailure("npm, which brings node-gyp, not found on the PATH");
  try {
    return createRequire(realpathSync(npm)).resolve("node-gyp/bin/node-gyp.js");
  } catch {
    throw new StepFailure(`npm at ${npm} brings no node-gyp`);
  }
}

async function fetchLibraries(
  partial: string,
  wheels: PinnedWheels,
  kind: NativeKind,
  log: string,
): Promise<void> {
  const python = await pythonWithPip(partial, log);
  const site = join(partial, "site");
  const deps = join(partial, "deps");
  mkdirSync(join(deps, "lib"), { recursive: true });
  // Into one folder, without dependencies; pip's cache and scratch files stay inside the project too.
  const where = ["--no-deps", "--no-compile", "--no-cache-dir", "--python-version", wheelPython];
  await pipInstall(python, requirementsFile(wheels), [...where, "--target", site], {
    log,
    limitSeconds: 1800,
    environment: { TMPDIR: join(partial, "tmp") },
  });
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
    renameSync(join(site, "tensorflow", name), join(deps, "lib", name));
  symlinkSync("libtensorflow_cc.so.2", join(deps, "lib/libtensorflow.so"));
  symlinkSync("libtensorflow_framework.so.2", join(deps, "lib/libtensorflow_framework.so"));
  if (kind === "cpu") return;
  renameSync(join(site, "nvidia"), join(deps, "nvidia"));
}

/** python3 if it has pip, else a python3 of our own in a virtual environment. */
async function pythonWithPip(partial: string, log: string): Promise<string> {
  const options = { log, limitSeconds: 60 };
  try {
    await runProgram("python3", ["-m", "pip", "--version"], options);
    return "python3";
  } catch {
    const own = join(partial, "venv");
    try {
      await runProgram("python3", ["-m", "venv", own], options);
    } catch {
      throw new StepFailure("python3 has neither pip nor venv");
    }
    return join(own, "bin/python3");
  }
}

/** node-gyp in a copy of the package's C++ sources: a build that is killed leaves the package as it was. */
async function buildBinding(root: string, partial: string, gyp: string, log: string): Promise<void> {
  const sources = join(partial, "sources");
  for (const part of ["binding", "binding.gyp", "package.json"])
    cpSync(join(root, bindingPackage, part), join(sources, part), { recursive: true });
  symlinkSync("../deps", join(sources, "deps"));
  renameSync(join(partial, "site/tensorflow/include"), join(partial, "deps/include"));
  const prefix = nodeHeaders();
  const headers = prefix === undefined ? `--devdir=${join(partial, "headers")}` : `--nodedir=${prefix}`;
  const target = [
    "--module_name=tfjs_binding",
    `--module_path=${join(sources, "out")}`,
    "--napi_build_version=8",
  ];
  await runProgram(process.execPath, [gyp, "rebuild", headers, ...target], {
    log,
    limitSeconds: 600,
    cwd: sources,
  });
  rmSync(join(partial, "deps/include"), { recursive: true });
  renameSync(join(sources, "out/tfjs_binding.node"), join(partial, "deps/tfjs_binding.node"));
}
