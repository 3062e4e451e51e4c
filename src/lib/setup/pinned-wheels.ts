/**
 * What pip may bring: wheels of pinned versions, each checked against the hashes in requirements/ before it
 * is unpacked. A wheel is only unpacked, so nothing that was fetched runs while it is installed.
 */
import { fromRoot } from "../host/package-root.js";
import { runProgram, type ProgramOptions } from "./setup-step.js";

/** Files of requirements/, each with its versions and hashes. */
export type PinnedWheels = "tensorflow-cpu" | "tensorflow" | "tensorflow-cuda" | "jupyterlab" | "plotly";

/** Where the versions and hashes of a set of wheels are. */
export function requirementsFile(wheels: PinnedWheels): string {
  return fromRoot("requirements", `${wheels}.txt`);
}

const quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries=2"];
const checked = ["--require-hashes", "--only-binary=:all:", "--requirement"];

/**
 * Fetches the wheels that a requirements file pins into a folder,
 * without those they depend on. Throws like `pipInstall`.
 */
export async function pipDownload(
  python: string,
  requirements: string,
  folder: string,
  options: ProgramOptions,
): Promise<void> {
  const where = ["--no-deps", "--dest", folder];
  await runProgram(python, ["-m", "pip", "download", ...quiet, ...checked, requirements, ...where], options);
}

/**
 * Installs what a requirements file pins; `extra` are further arguments, such as a target folder. Throws
 * StepFailure where a file cannot be had, or is another than the one that was pinned.
 */
export async function pipInstall(
  python: string,
  requirements: string,
  extra: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  await runProgram(python, ["-m", "pip", "install", ...quiet, ...checked, requirements, ...extra], options);
}
