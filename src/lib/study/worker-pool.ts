/**
 * Independent jobs in Node processes of their own, one thread each: small models gain little from threads
 * inside one process, and grading in one overlaps decoding in another. Results come in the order of the jobs
 * and do not depend on how many workers there are.
 */
import { fork, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";
import { fileFailure, type FileFailure } from "../files/file-error.js";

/**
 * What a worker answers; `user` marks an error whose message
 * is for people, `file` says what the file system refused.
 */
export type WorkerReply<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly message: string; readonly user: boolean; readonly file?: FileFailure };

/** One thread for TensorFlow, whatever the machine: more would compete with the other workers. */
const oneThread = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };

/** Memory that each worker may take for a small model, its graphs and a sandbox. */
const bytesPerWorker = 1.2e9;

/**
 * As many workers as there are processors and memory for, or as UNMASK_WORKERS says; with 1 there are none.
 */
export function workerCount(freeBytes: number): number {
  const wanted = Number(process.env.UNMASK_WORKERS ?? NaN);
  if (Number.isInteger(wanted) && wanted >= 1) return wanted;
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freeBytes / bytesPerWorker)));
}

interface Worker {
  readonly process: ChildProcess;
  busy: boolean;
  /** the end of what it wrote to standard error: why it ended, if it does */
  lastWords: string;
}

export class WorkerPool<J, R> {
  private readonly workers: Worker[] = [];
  private readonly waiting: ((worker: Worker) => void)[] = [];

  /** @param entry module of the worker, which calls `serveJobs` */
  constructor(
    private readonly entry: URL,
    readonly size: number,
  ) {}

  /** Run one job on the next free worker. Workers start when they are needed. */
  async run(job: J): Promise<R> {
    const worker = await this.take();
    try {
      return await ask<J, R>(worker, job);
    } catch (error) {
      if (worker.process.exitCode !== null || worker.process.signalCode !== null) this.forget(worker);
      throw error;
    } finally {
      this.free(worker);
    }
  }

  /** Results in the order of the jobs; at most two jobs a worker are under way. */
  async *map(jobs: readonly J[]): AsyncGenerator<R> {
    const ahead: Promise<R>[] = [];
    for (let next = 0; next < jobs.length || ahead.length > 0;) {
      while (next < jobs.length && ahead.length < 2 * this.size) {
        const result = this.run(jobs[next++]);
        result.catch(() => undefined); // it is reported when its turn comes
        ahead.push(result);
      }
      yield await (ahead.shift() as Promise<R>);
    }
  }

  /** Ends the workers. */
  close(): void {
    for (const { process } of this.workers.splice(0)) process.kill();
  }

  private take(): Promise<Worker> | Worker {
    const idle = this.workers.find(worker => !worker.busy);
    if (idle !== undefined) return occupy(idle);
    if (this.workers.length < this.size) {
      const worker = startWorker(this.entry);
      this.workers.push(worker);
      return occupy(worker);
    }
    return new Promise(resolve => this.waiting.push(resolve));
  }

  private free(worker: Worker): void {
    const next = this.waiting.shift();
    if (next !== undefined && this.workers.includes(worker)) return next(worker);
    release(worker);
    if (next !== undefined) void Promise.resolve(this.take()).then(next);
  }

  private forget(worker: Worker): void {
    this.workers.splice(this.workers.indexOf(worker), 1);
  }
}

function startWorker(entry: URL): Worker {
  const process = fork(fileURLToPath(entry), {
    env: { ...globalThis.process.env, ...oneThread },
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const worker: Worker = { process, busy: false, lastWords: "" };
  process.stderr?.setEncoding("utf8").on("data", (text: string) => {
    worker.lastWords = (worker.lastWords + text).slice(-2000);
  });
  (process.stderr as Socket | null)?.unref();
  return worker;
}

/** A worker at work keeps this process alive, an idle one does not. */
function occupy(worker: Worker): Worker {
  worker.busy = true;
  worker.process.ref();
  worker.process.channel?.ref();
  return worker;
}

function release(worker: Worker): void {
  worker.busy = false;
  worker.process.unref();
  worker.process.channel?.unref();
}

function ask<J, R>(asked: Worker, job: J): Promise<R> {
  const { process: worker } = asked;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off("message", onMessage).off("exit", onExit);
      act();
    };
    const onMessage = (reply: WorkerReply<R>) =>
      settle(() => {
        if (reply.ok) return resolve(reply.result);
        const { message, user, file } = reply;
        reject(user ? new UserError(message) : Object.assign(new Error(message), file));
      });
    const onExit = (code: number | null, signal: string | null) =>
      settle(() =>
        reject(new Error(`a worker process ended (${signal ?? `status ${code}`}): ${asked.lastWords}`)),
      );
    worker.on("message", onMessage).on("exit", onExit);
    worker.send(job as object);
  });
}

/** The worker's side: answers jobs one after the other until the pool is gone. */
export function serveJobs<J, R>(work: (job: J) => Promise<R>): void {
  let last: Promise<void> = Promise.resolve();
  process.on("disconnect", () => process.exit());
  process.on("message", (job: J) => {
    last = last.then(async () => {
      process.send?.(await replyTo(job, work));
    });
  });
}

async function replyTo<J, R>(job: J, work: (job: J) => Promise<R>): Promise<WorkerReply<R>> {
  try {
    return { ok: true, result: await work(job) };
  } catch (error) {
    const { message, stack } = error as Error;
    const user = error instanceof UserError;
    return { ok: false, message: user ? message : (stack ?? message), user, file: fileFailure(error) };
  }
}
