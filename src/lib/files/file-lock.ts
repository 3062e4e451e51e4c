/**
 * One process at a time, between processes, containers and machines: a file that names the process at work. A
 * holder that died is known by its process id and start; one that cannot be asked, or is stopped, by its
 * silence. Such a one may come back and find that another has taken over: so it looks whether the lock is
 * still its own before all that it writes.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { UserError } from "../core/errors.js";
import { partialOf } from "./durable.js";
import { writing } from "./file-error.js";
import {
  inWords,
  isGone,
  onOneMachine,
  parseHolder,
  thisProcess,
  type ProcessIdentity,
} from "./lock-holder.js";

/** A lock that is held while some work is done. */
export interface HeldLock {
  /** @throws UserError when the lock is another's by now: nothing may be written any more */
  readonly check: () => void;
}

export interface LockTimes {
  /** a holder touches its lock this often, in seconds, also while it computes */
  readonly beat: number;
  /** silence after which a holder counts as dead; shared folders show another machine's touch late */
  readonly dead: number;
  /** the same for one on this machine: in another container, or stopped */
  readonly deadHere: number;
}

export interface LockOptions {
  /** ends the waiting */
  readonly signal?: AbortSignal;
  readonly times?: LockTimes;
  readonly self?: ProcessIdentity;
}

/** "beat,dead" in seconds, for a shared folder that is slower than most, or a test that is not. */
const timesVariable = "UNMASK_LOCK_SECONDS";

/**
 * Does `work` while no other process holds the lock file `path`. `onWait` is called once with the holder's
 * process id and machine if another does.
 */
export async function withLock<T>(
  path: string,
  work: (held: HeldLock) => Promise<T>,
  onWait: (holder: string) => void,
  { signal, times = lockTimes(), self = thisProcess() }: LockOptions = {},
): Promise<T> {
  let held = await acquire(path, self, times);
  for (let waited = false; held === null; held = await acquire(path, self, times)) {
    const holder = parseHolder(textOf(path) ?? "");
    if (holder !== null && !waited) {
      onWait(inWords(holder));
      waited = true;
    }
    await sleep(200, undefined, { signal });
  }
  const { text, file } = held;
  const beat = startBeat(file, text, times.beat);
  try {
    return await work({ check: () => checkHeld(path, text, times) });
  } finally {
    await beat.terminate();
    fs.closeSync(file);
    release(path, text);
  }
}

function lockTimes(): LockTimes {
  const [beat, dead] = (process.env[timesVariable] ?? "").split(",").map(Number);
  return beat > 0 && dead > beat ? { beat, dead, deadHere: dead } : { beat: 5, dead: 90, deadHere: 30 };
}

interface Acquired {
  /** what the lock file holds */
  readonly text: string;
  /** the lock file, open: a touch through it can never reach the lock of a later holder */
  readonly file: number;
}

/** The lock appears with its owner already in it, because a link is made in one step. */
async function acquire(path: string, self: ProcessIdentity, times: LockTimes): Promise<Acquired | null> {
  const mine = partialOf(path);
  const current = textOf(path);
  const number = (parseHolder(current ?? "")?.number ?? 0) + 1;
  const text = JSON.stringify({ ...self, token: randomUUID(), number }) + "\n";
  const file = writing("lock", path, () => writeNewFile(mine, text));
  try {
    if (current !== undefined && isDead(current, path, mine, self, times)) removeDead(path, current);
    if (!tryLink(mine, path)) return closeFile(file);
  } catch (error) {
    closeFile(file);
    throw error;
  } finally {
    fs.rmSync(mine, { force: true });
  }
  // two may have found the same dead holder: the one whose lock stays has it
  if (current !== undefined) await sleep(100);
  return textOf(path) === text ? { text, file } : closeFile(file);
}

function writeNewFile(path: string, text: string): number {
  fs.rmSync(path, { force: true });
  const file = fs.openSync(path, "wx");
  try {
    fs.writeFileSync(file, text);
    return file;
  } catch (error) {
    closeFile(file);
    fs.rmSync(path, { force: true });
    throw error;
  }
}

/** False when another has the lock, or a process that now has it swept `from` away. */
function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (["EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function closeFile(file: number): null {
  fs.closeSync(file);
  return null;
}

/** Moved aside first: if another has taken over between the look and the move, it gets its lock back. */
function removeDead(path: string, found: string): void {
  const aside = `${partialOf(path)}.dead.tmp`;
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (textOf(aside) !== found) tryLink(aside, path);
  fs.rmSync(aside, { force: true, recursive: true });
}

/**
 * @param text of the lock; one that names nobody is no
 *   living process's, for a lock appears with its owner in it
 * @param fresh a file written just now in the same folder:
 *   two machines' clocks may differ, one file system's does not
 */
function isDead(text: string, path: string, fresh: string, self: ProcessIdentity, times: LockTimes): boolean {
  const holder = parseHolder(text);
  if (holder === null || isGone(holder, self)) return true;
  return secondsBetween(path, fresh) > (onOneMachine(holder, self) ? times.deadHere : times.dead);
}

/** 0 when one has gone meanwhile. */
function secondsBetween(path: string, fresh: string): number {
  try {
    return (fs.statSync(fresh).mtimeMs - fs.statSync(path).mtimeMs) / 1000;
  } catch {
    return 0;
  }
}

/** Undefined where there is no lock; a folder in its place names nobody. */
function textOf(path: string): string | undefined {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EISDIR") return "";
    if (code === "ENOENT") return undefined;
    throw error;
  }
}

function checkHeld(path: string, text: string, times: LockTimes): void {
  const current = textOf(path);
  if (current === text) return;
  const other = parseHolder(current ?? "");
  const cause =
    other === null
      ? `the lock ${path} is gone, so another process may have taken over`
      : `process ${inWords(other)} has taken over the lock ${path}, for this process was silent for more ` +
        `than ${times.deadHere} s`;
  throw new UserError(
    `lock: ${cause}; this process stops and writes nothing more, and the same command run again goes ` +
      "on from what is there.",
  );
}

function release(path: string, text: string): void {
  try {
    if (textOf(path) === text) fs.rmSync(path, { force: true });
  } catch {
    // of a process that is gone the next one takes it over
  }
}

/**
 * Writes the lock's text over itself now and then, in a thread of its own,
 * for a step of a large model may block this one for minutes. Written rather
 * than dated: the time is then the file system's own, on every machine.
 */
function startBeat(file: number, text: string, seconds: number): Worker {
  const worker = new Worker(beatProgram, {
    ...{ eval: true, execArgv: [], env: {}, workerData: { file, text, milliseconds: 1000 * seconds } },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.on("error", () => undefined); // silence at worst: the lock is then taken over, and `check` says so
  worker.unref();
  return worker;
}

const beatProgram = `
  const { fsyncSync, writeSync } = require("node:fs");
  const { file, text, milliseconds } = require("node:worker_threads").workerData;
  setInterval(() => {
    try {
      writeSync(file, text, 0);
      fsyncSync(file);
    } catch {} // the work itself will say what it cannot write
  }, milliseconds);
`;
