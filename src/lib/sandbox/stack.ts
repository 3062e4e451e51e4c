/**
 * The machine stack of an interpreter process. Python guards its own C stack, which lies in WebAssembly
 * memory, and raises RecursionError in time; but every C call takes machine stack too, four to ten times as
 * much, and V8 ends the instance where that is used up. So it is made large enough that Python's guard always
 * comes first: the depth that a program reaches then depends neither on what was compiled how far nor on the
 * run.
 */
import { spawnSync } from "node:child_process";

/**
 * Exhausting Python's 10 MiB takes 85 to 110 MiB in all
 * that was measured; this leaves room for twice as much.
 */
const wantedKibibytes = 272 * 1024;
/** What V8 leaves to its own C++ code and to what runs below the interpreter. */
const reserveKibibytes = 6 * 1024;
/** The kernel's default, where nothing can be found out. */
const defaultKibibytes = 8 * 1024;

const shell = "/bin/sh";
let granted: number | undefined;

/** How much machine stack a process can be given here, in KiB. */
function grantedKibibytes(): number {
  if (granted !== undefined) return granted;
  // As much as wanted, else what the limit that nobody may raise leaves.
  const script = `ulimit -S -s ${wantedKibibytes} || ulimit -S -s "$(ulimit -H -s)"\nulimit -S -s`;
  const { stdout } = spawnSync(shell, ["-c", script], { env: {}, encoding: "utf8", timeout: 10_000 });
  const size = Number(stdout);
  granted = Number.isInteger(size) && size > 0 ? size : defaultKibibytes;
  return granted;
}

/** Starts the command that follows with this stack; its process is the one that was started. */
export function withStack(): string[] {
  if (grantedKibibytes() <= defaultKibibytes) return [];
  return [shell, "-c", `ulimit -S -s ${grantedKibibytes()}\nexec "$@"`, "sh"];
}

/** V8's share of it, as Node's `--stack-size` counts it. */
export function v8StackKibibytes(): number {
  return Math.max(grantedKibibytes() - reserveKibibytes, 984);
}
