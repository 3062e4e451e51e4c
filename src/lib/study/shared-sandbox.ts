/** One sandbox for all the grading of a process: it starts in a second and is reused by every study. */
import { Sandbox } from "../sandbox/sandbox.js";

let opened: Promise<Sandbox> | undefined;

/** The process's sandbox, started on first use. */
export function sharedSandbox(): Promise<Sandbox> {
  return (opened ??= Sandbox.open());
}

/**
 * End it; the next use starts another. Commands and notebooks call this last, so that the process can end.
 */
export async function closeSharedSandbox(): Promise<void> {
  const sandbox = await opened;
  opened = undefined;
  await sandbox?.close();
}
