/**
 * Runs untrusted Python programs: `Sandbox.open()`, `run`, `close`. The boundary is a child process
 * (`worker.ts`, `isolation.ts`) around two WebAssembly modules whose imports are filtered
 * (`import-filter.ts`), one for the answer and one for its tests (`trial.ts`). Every program meets the same
 * fresh interpreter, hash and random seeds included.
 */
import { UserError } from "../core/errors.js";
import { inPhase } from "../core/phases.js";
import { longestTimeoutSeconds, sandboxDefaults } from "./config.js";
import type { Program, ProgramResult, SandboxOptions } from "./config.js";
import { InterpreterProcess } from "./interpreter-process.js";
import { Job } from "./job.js";
import { Lane } from "./lane.js";
import type { LaneContext } from "./lane.js";
import { ensureSnapshot } from "./snapshot.js";
import { findWall } from "./walls.js";

export class Sandbox {
  private readonly queue: Job[] = [];
  private readonly unsettled = new Set<Job>();
  private readonly lanes: readonly Lane[];
  private broken: Error | undefined;
  private isolationLine = "";

  private constructor(
    private readonly options: SandboxOptions,
    start: () => Promise<InterpreterProcess>,
  ) {
    const context: LaneContext = {
      start,
      take: ahead => (ahead && this.queue.length < this.lanes.length ? undefined : this.queue.shift()),
      putBack: jobs => this.queue.unshift(...jobs),
      fail: error => this.giveUp(error),
    };
    this.lanes = Array.from({ length: options.workers }, () => new Lane(context));
  }

  /** Starts the interpreters: a second or so each, some seconds more the first time ever. */
  static async open(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const complete = { ...sandboxDefaults, ...options };
    checkOptions(complete);
    const wall = findWall(complete.unshare);
    const settings = { ...complete, snapshot: await ensureSnapshot() };
    const sandbox = new Sandbox(complete, () => InterpreterProcess.start(settings, wall));
    try {
      const [first] = await Promise.all(sandbox.lanes.map(lane => lane.open()));
      sandbox.isolationLine = first.isolation;
    } catch (error) {
      await sandbox.close();
      throw error;
    }
    return sandbox;
  }

  /** What the programs are kept from and how, in one line. */
  get isolation(): string {
    return this.isolationLine;
  }

  /**
   * Runs programs and returns their results in the same order. May be called again before it has finished.
   * @param onDone called after each program with how many of these are done
   * @param signal ends it: running programs are killed and the promise is rejected with the signal's reason
   */
  run(
    programs: readonly Program[],
    onDone?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<ProgramResult[]> {
    return inPhase("grade", () => this.settled(programs, onDone, signal));
  }

  private async settled(
    programs: readonly Program[],
    onDone?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<ProgramResult[]> {
    signal?.throwIfAborted();
    if (this.broken !== undefined) throw this.broken;
    const timeouts = programs.map(program => timeoutOf(program, this.options));
    let done = 0;
    const jobs: Job[] = [];
    const results = programs.map(
      (program, i) =>
        new Promise<ProgramResult>((resolve, reject) => {
          const settle = (result: ProgramResult | Error) => {
            if (!this.unsettled.delete(job)) return;
            if (result instanceof Error) return reject(result);
            resolve(result);
            onDone?.(++done);
          };
          const job = new Job(program, timeouts[i], settle);
          jobs.push(job);
        }),
    );
    for (const job of jobs) this.unsettled.add(job);
    const abort = () => this.drop(new Set(jobs), asError(signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    this.queue.push(...jobs);
    for (const lane of this.lanes) lane.fill();
    return Promise.all(results).finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Kills the interpreters; what still ran is rejected. */
  async close(): Promise<void> {
    for (const lane of this.lanes) lane.close();
    this.giveUp(new Error("sandbox: it was closed; open another one to run programs."));
    return Promise.resolve();
  }

  private drop(jobs: ReadonlySet<Job>, reason: Error): void {
    const kept = this.queue.filter(job => !jobs.has(job));
    this.queue.splice(0, this.queue.length, ...kept);
    for (const lane of this.lanes) lane.drop(job => jobs.has(job));
    for (const job of jobs) job.settle(reason);
  }

  private giveUp(error: Error): void {
    this.broken ??= error;
    this.drop(new Set(this.unsettled), this.broken);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(`sandbox: aborted (${String(reason)})`);
}

function timeoutOf(program: Program, options: SandboxOptions): number {
  const seconds = program.timeoutSeconds ?? options.timeoutSeconds;
  if (seconds > 0 && seconds <= longestTimeoutSeconds) return seconds;
  throw new UserError(
    `sandbox: program ${JSON.stringify(program.id)} has timeoutSeconds=${seconds}; ` +
      `give a number above 0 and up to ${longestTimeoutSeconds}.`,
  );
}

function checkOptions({ workers, memoryBytes, timeoutSeconds }: SandboxOptions): void {
  if (!(timeoutSeconds > 0 && timeoutSeconds <= longestTimeoutSeconds))
    throw new UserError(
      `sandbox: timeoutSeconds=${timeoutSeconds} is no time limit; pass a number above 0 and up to ` +
        `${longestTimeoutSeconds}.`,
    );
  if (!Number.isInteger(workers) || workers < 1)
    throw new UserError(`sandbox: workers=${workers} is not a whole number above 0; pass 1 or more.`);
  if (!(memoryBytes >= 64 * 2 ** 20 && memoryBytes <= 2 ** 31))
    throw new UserError(
      `sandbox: memoryBytes=${memoryBytes} is not between 64 MiB and 2 GiB; the interpreter itself ` +
        "takes 32 MiB.",
    );
}
