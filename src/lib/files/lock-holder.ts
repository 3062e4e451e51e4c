/** Who holds a lock: enough of a process to know it again, or to know that it is gone. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process among those of all machines. Entries are null where the system does not tell them. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** of the machine's current run: two machines of one name differ in it, containers of one machine do not */
  readonly boot: string | null;
  /** which table of process ids `pid` is from: containers have their own, each with a process 1 */
  readonly namespace: string | null;
  /**
   * when the process started, in ticks since the machine did: a later process with the same id differs in it
   */
  readonly started: string | null;
}

export interface LockHolder extends ProcessIdentity {
  /** of this holding alone */
  readonly token: string;
  /** one more than that of the holder it was taken over from */
  readonly number: number;
}

/** This process, as far as the system tells. */
export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: orNull(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: orNull(() => readlinkSync("/proc/self/ns/pid")),
    started: processStat(process.pid)?.started ?? null,
  };
}

/** "4711 on node1" */
export function inWords({ pid, host }: Pick<ProcessIdentity, "pid" | "host">): string {
  return `${pid} on ${host}`;
}

/** The holder that a lock names; null for one that a power cut emptied or that something else wrote. */
export function parseHolder(text: string): LockHolder | null {
  const value = orNull(() => JSON.parse(text) as unknown);
  if (typeof value !== "object" || value === null) return null;
  const { pid, host, boot, namespace, started, token, number } = value as Record<string, unknown>;
  const optional = [boot, namespace, started].every(entry => entry === null || typeof entry === "string");
  const whole = Number.isSafeInteger(pid) && (pid as number) > 0 && Number.isSafeInteger(number);
  const named = typeof host === "string" && typeof token === "string" && token !== "";
  return whole && optional && named ? (value as LockHolder) : null;
}

/** Whether one machine runs both. */
export function onOneMachine(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.boot === b.boot && (a.boot !== null || a.host === b.host);
}

/**
 * Whether a process is there no more; false where that cannot
 * be known: on other machines and in other containers.
 */
export function isGone(holder: ProcessIdentity, self: ProcessIdentity): boolean {
  if (!onOneMachine(holder, self) || holder.namespace !== self.namespace) return false;
  if (!exists(holder.pid)) return true;
  const found = processStat(holder.pid);
  return found !== null && (found.dead || (holder.started !== null && found.started !== holder.started));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Of Linux, proc(5): the name in parentheses may hold anything; the state is field 3 and the start field 22.
 */
function processStat(pid: number): { readonly dead: boolean; readonly started: string } | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { dead: fields[0] === "Z" || fields[0] === "X", started: fields[19] };
}

function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
