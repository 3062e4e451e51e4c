/**
 * What the file system refuses, as one sentence: which file, why, and what this
 * person can do. Commands print it in place of a stack trace. The remedy depends
 * on whose the file is: an option's, the project's, the logs', the system's.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { relative, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { fileFailure, isProgram, reasonInWords, remedyOf, type FileFailure } from "../files/file-error.js";
import { packageRoot } from "./package-root.js";
import { runsFolder } from "./runs-folder.js";

/** What the command line knows. */
export interface CommandLine {
  readonly name: string;
  /** the options that the command has */
  readonly options: readonly string[];
  /** those that were given, or have a default, with their values */
  readonly values: Readonly<Record<string, unknown>>;
}

const writing =
  /^(access|mkdir|mkdtemp|rename|unlink|rmdir|rm|symlink|link|copyfile|cp|write|ftruncate|truncate|fsync|utime|chmod)/;

/** The sentence for a file-system error of a command; undefined for any other error. */
export function fileUserError(error: unknown, line: CommandLine): UserError | undefined {
  const failure = fileFailure(error);
  if (failure === undefined) return undefined;
  const { code, path } = failure;
  const what = path !== "" ? path : deed(failure) === "read" ? "a file that is named" : "what it makes";
  return new UserError(
    `${line.name}: ${what} cannot be ${deed(failure)}, ${reasonInWords(code)}; ${remedy(failure, line)}.`,
  );
}

/** open(2) serves both: a file that can be read was to be written. */
function deed(failure: FileFailure): "written" | "read" | "run" {
  const { syscall, path, code } = failure;
  if (isProgram(failure)) return "run";
  if (writing.test(syscall) || ["EROFS", "ENOSPC", "EDQUOT"].includes(code)) return "written";
  if (syscall !== "open") return "read";
  return existsSync(path) ? (isReadable(path) ? "written" : "read") : code === "ENOENT" ? "read" : "written";
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function remedy(failure: FileFailure, line: CommandLine): string {
  const { code, path } = failure;
  const common = remedyOf(code);
  if (common?.endsWith("run the same command again") === true && line.options.includes("resume"))
    return `${common} with --resume`;
  if (common !== undefined) return common;
  // making a folder, the first of its parents that is missing may be the one that cannot be made
  const isPart = ({ folder, given }: Owner) =>
    isInside(path, folder) || (given && failure.syscall === "mkdir" && isInside(folder, path));
  const whose = owners(line, code).filter(isPart);
  const nearest = whose.sort((a, b) => b.folder.length - a.folder.length).at(0);
  if (isProgram(failure)) return "install it, or correct the PATH";
  if (nearest?.given) return nearest.remedy;
  if (deed(failure) === "read" && code === "ENOENT" && isInside(path, packageRoot))
    return "fetch the project again if it is one of its files, else name one that is there";
  if (nearest !== undefined && (deed(failure) === "written" || code === "EACCES")) return nearest.remedy;
  return deed(failure) === "read" ? "name one that can be read" : "name one that can be written";
}

interface Owner {
  readonly folder: string;
  readonly remedy: string;
  /** named on the command line */
  readonly given: boolean;
}

function owners({ options, values }: CommandLine, code: string): Owner[] {
  const given = Object.entries(values).flatMap(([name, value]) =>
    typeof value === "string" && value !== ""
      ? [{ folder: resolve(value), remedy: `name another with --${name}`, given: true }]
      : [],
  );
  const own = (folder: string, remedy: string) => ({ folder, remedy, given: false });
  const runs = options.includes("runs")
    ? "name another folder with --runs"
    : "set UNMASK_RUNS to a folder of yours";
  return [
    ...given.filter(({ folder }) => folder !== packageRoot),
    own(runsFolder(), runs),
    own(tmpdir(), "set TMPDIR to a folder that can be written"),
    own(
      packageRoot,
      code === "EROFS" ? "work in a copy of the project on a disk that can be written" : ofProject,
    ),
  ];
}

const ofProject = `run as the user who owns ${packageRoot}, or in a copy of the project that is yours`;

function isInside(path: string, folder: string): boolean {
  if (path === "") return false;
  const inside = relative(folder, resolve(path));
  return inside !== ".." && !inside.startsWith("..");
}
