/** One process at a time, between processes: a file that holds the id of the process at work. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does `work` while no other process holds the lock file `path`. `onWait` is called once if another does. A
 * holder that died without letting go is known by its process id, and its lock is taken over.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void,
): Promise<T> {
  for (let waited = false; !(await acquire(path)); waited = true) {
    const holder = holderOf(path);
    if (holder !== undefined && !waited) onWait(holder);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The lock appears with its owner's id already in it, because a link is made in one step. */
async function acquire(path: string): Promise<boolean> {
  const mine = `${path}.${process.pid}.tmp`;
  const holder = holderOf(path);
  if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
  await sleep(100); // two may have found the same dead holder: the one whose id stays has the lock
  return holderOf(path) === process.pid;
}

function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
