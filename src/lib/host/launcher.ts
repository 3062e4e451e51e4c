/**
 * What the launcher is told of a command under way. It outlives the command and is never busy, so it can say
 * at once where an interrupted command stopped; the command itself may be deep in a step that takes seconds.
 */

/** Merged into what the launcher knows; `launch.mjs` reads it. */
export interface LauncherNote {
  /** how far the command is, such as "instruct seed 1, step 12/700" */
  readonly place?: string;
  /** what becomes of an interrupted command's work, and how to go on */
  readonly remedy?: string;
}

/**
 * Processes that this command starts have channels of their own, to it: only the command itself may speak.
 */
const launched = process.env.UNMASK_LAUNCHER === String(process.ppid);

export function tellLauncher(note: LauncherNote): void {
  if (launched && process.connected) process.send?.(note, undefined, {}, () => undefined);
}
