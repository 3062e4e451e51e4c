/** One process at a time, between processes and machines: a file that names the process at work. */
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** A holder on another machine cannot be asked; it touches its lock this often, and counts as dead when it has not for so long. */
const beatSeconds = 10;
const deadSeconds = 90;

/** "4711 on node1" */
const me = `${process.pid} on ${hostname()}`;

/**
 * Does `work` while no other process holds the lock file `path`. `onWait` is called once with the holder's process id and
 * machine if another does. A holder that died without letting go is known by its process id, or on another machine that
 * shares the folder by its silence, and its lock is taken over.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (holder: string) => void,
): Promise<T> {
  for (let waited = false; !(await acquire(path)); waited = true) {
    const holder = holderOf(path);
    if (holder !== undefined && !waited) onWait(holder);
    await sleep(200);
  }
  const beat = setInterval(() => touch(path), beatSeconds * 1000).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (holderOf(path) === me) rmSync(path, { force: true });
  }
}

/** The lock appears with its owner's id already in it, because a link is made in one step. */
async function acquire(path: string): Promise<boolean> {
  const mine = `${path}.${process.pid}.tmp`;
  const holder = holderOf(path);
  writeFileSync(mine, me);
  if (holder !== undefined && !isAlive(holder, path, mine)) rmSync(path, { force: true });
  try {
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
  await sleep(100); // two may have found the same dead holder: the one whose id stays has the lock
  return holderOf(path) === me;
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Written anew rather than dated: the time is then the file system's own, on every machine. */
function touch(path: string): void {
  try {
    if (holderOf(path) === me) writeFileSync(path, me);
  } catch {
    // the work itself will say what it cannot write
  }
}

/** @param fresh a file written just now in the same folder: two machines' clocks may differ, one file system's does not */
function isAlive(holder: string, path: string, fresh: string): boolean {
  const [pid, host] = holder.split(" on ");
  if (host !== undefined && host !== hostname()) return secondsBetween(path, fresh) < deadSeconds;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** 0 when the lock has gone meanwhile. */
function secondsBetween(path: string, fresh: string): number {
  try {
    return (statSync(fresh).mtimeMs - statSync(path).mtimeMs) / 1000;
  } catch {
    return 0;
  }
}
