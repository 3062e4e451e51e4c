/**
 * Limits that the kernel puts on an interpreter process which has loaded all it needs: from then on it opens
 * no file or socket, starts no process or thread, and writes to no file. They are set from outside, once it
 * is ready: Node could not start under them. Address space is not limited, as V8 reserves far more of it than
 * it uses.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { longestTimeoutSeconds } from "./config.js";
import { preparation, tool } from "./wall-commands.js";

/** What V8's heap and compiled WebAssembly may still take beside the memories of the interpreters. */
const nodeBytes = 2 ** 29;
/** One program may take a day; a process that has computed for longer than two is beyond anything planned. */
const cpuSeconds = 2 * longestTimeoutSeconds;

/**
 * Limits the innermost process that `pid` has started through wrappers.
 * @param memoryBytes what the memories of its interpreters may take together
 * @returns the limits in words
 */
export async function limit(pid: number, memoryBytes: number): Promise<string> {
  const prlimit = tool("prlimit");
  const process = innermost(pid);
  if (prlimit === undefined || process === undefined) return "no limits on processes and files";
  const more = memoryBytes + nodeBytes;
  const data = dataBytes(process) + more;
  const limits = { nproc: 0, nofile: 0, fsize: 0, core: 0, memlock: 0, msgqueue: 0, data, cpu: cpuSeconds };
  const options = Object.entries(limits).map(([name, value]) => `--${name}=${value}:${value}`);
  const command = [prlimit, `--pid=${process}`, ...options];
  // A process may limit others of its user; root without
  // the capability for the rest acts as the process's user.
  if (!(await succeeds(command)) && !(await succeeds([...preparation("root as nobody"), ...command])))
    return "no limits on processes and files (prlimit is not permitted)";
  return (
    `no further files, processes and sockets, ${Math.round(more / 2 ** 20)} MiB, ` +
    `${cpuSeconds / 3600} h of CPU`
  );
}

async function succeeds([command, ...args]: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(command, args, { env: {}, timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * What counts against the limit so far: private memory,
 * with the stacks of threads, most of which is never used.
 */
function dataBytes(pid: number): number {
  const [, kibibytes] = /^VmData:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "") ?? [];
  return 1024 * Number(kibibytes ?? 0);
}

/** Follows the children of wrappers, which have one each; undefined where the kernel does not list them. */
function innermost(pid: number): number | undefined {
  const list = read(`/proc/${pid}/task/${pid}/children`);
  if (list === undefined) return undefined;
  const [child] = list.trim().split(" ");
  return child === "" ? pid : innermost(Number(child));
}

/** Undefined where there is no such file, for instance because the process has just ended. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
