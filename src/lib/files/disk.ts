/**
 * What changes files that must outlive a kill and a power cut: logs, states,
 * checkpoints, records. Nothing else in the library touches them, so a test
 * that puts other functions here sees, delays or loses every single change.
 */
import * as fs from "node:fs";

export const disk = {
  /** @param flags "r+" for a file that is there, "wx" for one that must not be */
  open: (path: string, flags: "r+" | "wx"): number => fs.openSync(path, flags),
  /** @returns bytes taken, perhaps not all */
  write: (file: number, bytes: Uint8Array, position: number): number =>
    fs.writeSync(file, bytes, 0, Math.min(bytes.length, mostBytes), position),
  /** waits until what was written is on the disk */
  sync: (file: number): void => fs.fsyncSync(file),
  truncate: (file: number, length: number): void => fs.ftruncateSync(file, length),
  close: (file: number): void => fs.closeSync(file),
  rename: (from: string, to: string): void => fs.renameSync(from, to),
  /** a second name for a file */
  link: (from: string, to: string): void => fs.linkSync(from, to),
  /** no error where there is none */
  remove: (path: string): void => fs.rmSync(path, { force: true }),
  makeFolder: (path: string): void => fs.mkdirSync(path),
  /**
   * waits until the names in a folder are on the disk; file
   * systems that cannot do so keep them in order themselves
   */
  syncFolder: (path: string): void => {
    const folder = fs.openSync(path, "r");
    try {
      fs.fsyncSync(folder);
    } catch (error) {
      if (!unsupported.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    } finally {
      fs.closeSync(folder);
    }
  },
};

/** What one call of the system takes at most. */
const mostBytes = 2 ** 30;

const unsupported = ["EINVAL", "ENOTSUP", "EPERM", "EISDIR", "EBADF"];
