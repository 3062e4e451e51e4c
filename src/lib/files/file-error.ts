/** What the system says of a file, as a sentence for people. */
import { UserError } from "../core/errors.js";

interface Cause {
  readonly cause: string;
  readonly remedy: string;
}

const causes: Readonly<Record<string, Cause>> = {
  ENOSPC: {
    cause: "the disk is full",
    remedy: "make room there and run the same command again, train with --resume",
  },
  EDQUOT: {
    cause: "your quota is used up",
    remedy: "make room there and run the same command again, train with --resume",
  },
  EFBIG: {
    cause: "it would be larger than allowed here",
    remedy: "raise the limit on file sizes (ulimit -f)",
  },
  EACCES: { cause: "this user has no right to it", remedy: "change its rights or choose another place" },
  EPERM: { cause: "this user has no right to it", remedy: "change its rights or choose another place" },
  EROFS: { cause: "the file system is read-only", remedy: "choose another place or mount it for writing" },
  ENOENT: { cause: "its folder is not there", remedy: "make the folder or choose another place" },
  ENOTDIR: { cause: "a file stands where a folder should", remedy: "choose another place" },
  EISDIR: { cause: "it is a folder", remedy: "name a file" },
  EMFILE: { cause: "too many files are open", remedy: "raise the limit (ulimit -n)" },
  EIO: { cause: "the disk reports a failure", remedy: "check the disk and choose another" },
  ESTALE: {
    cause: "the shared folder was replaced",
    remedy: "mount it again and run the same command again",
  },
};

/** The code of an error of the file system, "ENOENT" for one; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && causedByFile(error as NodeJS.ErrnoException) ? code : undefined;
}

/** Programs and sockets that are not there have codes too. */
function causedByFile({ code = "", syscall = "" }: NodeJS.ErrnoException): boolean {
  return /^E[A-Z0-9]+$/.test(code) && /^(?!spawn|kill|connect|listen|bind)[a-z]+/.test(syscall);
}

/**
 * The sentence for a file or folder that cannot be written.
 * @param where the part of the program that says it
 * @param remedy in place of the usual one
 * @returns any error but one of the system as it is
 */
export function cannotWrite(where: string, path: string, error: unknown, remedy?: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const known = Object.hasOwn(causes, code) ? causes[code] : undefined;
  const why = known === undefined ? code : `${code}, ${known.cause}`;
  const what = remedy ?? known?.remedy ?? "choose a place that you can write to";
  const { syscall } = error as NodeJS.ErrnoException;
  // A command knows better whose the file is, and says it in its own words: it reads these.
  return Object.assign(new UserError(`${where}: ${path} cannot be written (${why}); ${what}.`), {
    ...{ code, syscall, path },
  });
}

/** Do what writes a file or folder; an error of the system becomes a sentence about it. */
export function writing<T>(where: string, path: string, work: () => T, remedy?: string): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(where, path, error, remedy);
  }
}
