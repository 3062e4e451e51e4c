/** What the file system refuses: which file, why, and a sentence for people. */
import { dirname } from "node:path";
import { UserError } from "../core/errors.js";

/** What of an error names a file; passed between processes as it is. */
export interface FileFailure {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;
}

interface Cause {
  readonly reason: string;
  /** where it is the same whosever the file is */
  readonly remedy?: string;
}

const makeRoom = "make room there and run the same command again";
const moreFiles = "raise the limit (ulimit -n) and run again";

const causes: Readonly<Record<string, Cause>> = {
  EACCES: { reason: "this user may not" },
  EPERM: { reason: "this user may not" },
  EROFS: { reason: "its file system is read-only" },
  ENOSPC: { reason: "the disk is full", remedy: makeRoom },
  EDQUOT: { reason: "this user's share of the disk is used up", remedy: makeRoom },
  EFBIG: { reason: "it would be too large", remedy: "raise the limit on file sizes (ulimit -f)" },
  ENOENT: { reason: "it is not there" },
  ENOTDIR: { reason: "a part of its path is a file" },
  EISDIR: { reason: "it is a folder" },
  EEXIST: { reason: "it is there already" },
  ENOTEMPTY: { reason: "it is a folder with files in it" },
  EMFILE: { reason: "too many files are open", remedy: moreFiles },
  ENFILE: { reason: "too many files are open", remedy: moreFiles },
  ENAMETOOLONG: { reason: "its name is too long" },
  ELOOP: { reason: "its links go in a circle" },
  EIO: { reason: "the disk reports an error", remedy: "check the disk and choose another" },
  ESTALE: { reason: "the shared folder was replaced", remedy: "mount it again and run again" },
};

function causeOf(code: string): Cause | undefined {
  return Object.hasOwn(causes, code) ? causes[code] : undefined;
}

/** "the disk is full (ENOSPC)" */
export function reasonInWords(code: string): string {
  const reason = causeOf(code)?.reason;
  return reason === undefined ? code : `${reason} (${code})`;
}

/** What to do about a code whosever the file is; undefined where that matters. */
export function remedyOf(code: string): string | undefined {
  return causeOf(code)?.remedy;
}

/** The failure that an error tells of; undefined where it is not the file system's. */
export function fileFailure(error: unknown): FileFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (typeof code !== "string" || typeof syscall !== "string" || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  if (/^(kill|connect|listen|bind)/.test(syscall)) return undefined;
  const file = dest ?? path;
  // read(2) and write(2) know no name: a folder in place of a file, a full disk
  if (file === undefined && causeOf(code) === undefined) return undefined;
  // of a folder with a random name, the one that it was to be made in
  return { code, syscall, path: syscall === "mkdtemp" ? dirname(file ?? "") : (file ?? "") };
}

/** Whether a program could not be started, which is no file that is read or written. */
export function isProgram({ syscall }: FileFailure): boolean {
  return syscall.startsWith("spawn");
}

/**
 * The sentence for a file or folder that cannot be written.
 * @param where the part of the program that says it
 * @param remedy in place of the usual one
 * @returns any error but one of the file system as it is
 */
export function cannotWrite(where: string, path: string, error: unknown, remedy?: string): unknown {
  const failure = fileFailure(error);
  if (failure === undefined || isProgram(failure)) return error;
  const { code, syscall } = failure;
  const what = remedy ?? remedyOf(code) ?? "choose a place that you can write to";
  // A command knows better whose the file is, and says it in its own words: it reads these.
  return Object.assign(
    new UserError(`${where}: ${path} cannot be written, ${reasonInWords(code)}; ${what}.`),
    { code, syscall, path },
  );
}

/** Do what writes a file or folder; an error of the system becomes a sentence about it. */
export function writing<T>(where: string, path: string, work: () => T, remedy?: string): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(where, path, error, remedy);
  }
}
