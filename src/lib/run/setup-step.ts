/** One step of the set-up: a line on stderr with its seconds, what its programs print in .native/setup.log. */
import { spawn } from "node:child_process";
import { accessSync, appendFileSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Why one way to a native backend cannot be gone; the set-up then tries the next. The message is one clause. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}

/** Prints "[setup] title ... 2.1 s", or the failure, around `work`. */
export async function step<T>(title: string, work: () => T | Promise<T>): Promise<T> {
  const start = Date.now();
  process.stderr.write(`[setup] ${title} ... `);
  try {
    const result = await work();
    process.stderr.write(`${secondsSince(start)} s\n`);
    return result;
  } catch (error) {
    const why = error instanceof StepFailure ? error.message : "internal error";
    process.stderr.write(`not done after ${secondsSince(start)} s: ${why}\n`);
    throw error;
  }
}

export interface ProgramOptions {
  readonly log: string;
  readonly limitSeconds: number;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end and returns what it wrote on stdout. Both its outputs go to the log. Throws
 * StepFailure with its last telling line when it fails, cannot be started, or outlasts its limit.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { log, limitSeconds, cwd, environment }: ProgramOptions,
): Promise<string> {
  appendFileSync(log, `\n$ ${program} ${args.join(" ")}\n`);
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitSeconds * 1000,
    killSignal: "SIGKILL",
  });
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  let [stdout, all] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      all += chunk.toString();
      appendFileSync(log, chunk);
    });
  const outcome = await new Promise<string>(done => {
    child.on("error", error => done(`could not start ${program} (${error.message})`));
    child.on("close", (code, signal) => {
      if (code === 0) return done("");
      done(signal === null ? tellingLine(all, code) : `stopped after ${limitSeconds} s`);
    });
  });
  process.off("exit", stop);
  if (outcome !== "") throw new StepFailure(outcome);
  return stdout;
}

/** The file a bare command name stands for, by the PATH; undefined when there is none. */
export function findOnPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Of a failed program's output, the last line that speaks of an error, else the last line. */
function tellingLine(output: string, code: number | null): string {
  const lines = output
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "");
  const line = lines.filter(text => /error/i.test(text)).at(-1) ?? lines.at(-1) ?? `exit status ${code}`;
  return line.slice(0, 160);
}

function secondsSince(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}
