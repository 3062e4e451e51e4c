/** Which processes a kernel has started, and whether they still run. */
import { readdirSync, readFileSync } from "node:fs";

/** Study workers that a process, or one that it started, has started. */
export function workersOf(ancestor: number): readonly number[] {
  const parents = new Map(processes().map(pid => [pid, parentOf(pid)]));
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || isBelow(parent));
  };
  return [...parents.keys()].filter(pid => isBelow(pid) && /study-worker/.test(read(`/proc/${pid}/cmdline`)));
}

/** False where it has ended, or is about to. */
export function isRunning(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended
  }
}
