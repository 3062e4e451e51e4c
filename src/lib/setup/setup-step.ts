/**
 * One step of the set-up: a line on stderr with its seconds, what its programs print in .native/setup.log.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, appendFileSync, constants as access, statSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileFailure } from "../files/file-error.js";

/**
 * Why one way to a native backend cannot be gone; the set-up then tries the next. The message is one clause.
 */
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
    const why = error instanceof StepFailure ? error.message : (fileFailure(error)?.code ?? "internal error");
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
 * StepFailure with its most telling line when it fails, cannot be started, or outlasts its limit. When this
 * process ends, however it is asked to, the program and all that it has started end too.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<string> {
  const { log, limitSeconds, cwd, environment } = options;
  appendFileSync(log, `\n$ ${program} ${args.join(" ")}\n`);
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, to be ended as a whole
  });
  const release = endWithThisProcess(child, limitSeconds);
  let [stdout, all] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      all += chunk.toString();
      appendFileSync(log, chunk);
    });
  const failure = await new Promise<string | undefined>(done => {
    child.on("error", error => done(`could not start ${program} (${error.message})`));
    child.on("close", (code, signal) => {
      if (code === 0) return done(undefined);
      done(
        signal === null
          ? tellingLine(all, code)
          : `${program} ended by ${signal}, its limit is ${limitSeconds} s`,
      );
    });
  });
  release();
  if (failure !== undefined) throw new StepFailure(failure);
  return stdout;
}

/** Ends the child's group at its limit and with this process; the function returned undoes that. */
function endWithThisProcess(child: ChildProcess, limitSeconds: number): () => void {
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
  };
  const timer = setTimeout(stop, limitSeconds * 1000);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const leave = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  process.once("exit", stop);
  for (const signal of signals) process.once(signal, leave);
  return () => {
    clearTimeout(timer);
    process.off("exit", stop);
    for (const signal of signals) process.off(signal, leave);
  };
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
    accessSync(path, access.X_OK);
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
  return line.replace(/^ERROR: /, "").slice(0, 160);
}

function secondsSince(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}
