/**
 * Where the work of studies is done: in processes of one thread each on a CPU with more than one core, in
 * this process on a GPU (which they would share) or where there is memory for one only.
 */
import { freemem } from "node:os";
import { pathToFileURL } from "node:url";
import { nextTurn } from "../core/event-loop.js";
import { UserError } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import type { LogKind } from "../log/schemas.js";
import { backendInUse } from "../runtime/backend.js";
import type { StudySettings, Work, Worker, WorkRows } from "./experiment.js";
import { experimentNamed, type ExperimentName } from "./experiments.js";
import { closeSharedSandbox } from "./shared-sandbox.js";
import { workerCount, WorkerPool } from "./worker-pool.js";

export interface NamedWork extends Work<StudySettings> {
  readonly measure: ExperimentName;
}

type Rows = WorkRows<LogKind>;

/** Computes work in this process; keeps what the last experiment has loaded. */
export class LocalWorker {
  private last:
    { readonly measure: ExperimentName; readonly worker: Worker<StudySettings, LogKind> } | undefined;

  rows({ measure, ...work }: NamedWork, signal?: AbortSignal): Promise<Rows> {
    if (this.last?.measure !== measure) {
      this.dispose();
      this.last = { measure, worker: experimentNamed(measure).worker() };
    }
    return this.last.worker.rows(work, signal);
  }

  dispose(): void {
    this.last?.worker.dispose();
    this.last = undefined;
  }
}

let pool: WorkerPool<NamedWork, Rows> | undefined;
let studies = 0;
let idle: NodeJS.Timeout | undefined;
/** What the workers have loaded serves the next study of a notebook; later the memory is worth more. */
const idleSeconds = 60;

/** The rows of each work, in order. A backend must be in use. An abort ends the workers. */
export async function* computed(
  measure: ExperimentName,
  works: readonly Work<StudySettings>[],
  signal?: AbortSignal,
): AsyncGenerator<Rows> {
  signal?.throwIfAborted();
  pool ??= new WorkerPool(pathToFileURL(fromRoot("dist/lib/study/study-worker.js")), workerCount(freemem()));
  const { parallel = () => true } = experimentNamed(measure);
  const jobs = works.map(work => ({ ...work, measure }));
  if (backendInUse() === "native-cuda" || pool.size === 1 || !works.every(work => parallel(work.settings))) {
    yield* computedHere(jobs, signal);
    return;
  }
  signal?.addEventListener("abort", closeWorkers, { once: true });
  clearTimeout(idle);
  studies++;
  try {
    yield* pool.map(jobs);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (--studies === 0) idle = setTimeout(closeWorkers, 1000 * idleSeconds).unref();
    signal?.removeEventListener("abort", closeWorkers);
  }
}

async function* computedHere(jobs: readonly NamedWork[], signal?: AbortSignal): AsyncGenerator<Rows> {
  const worker = new LocalWorker();
  try {
    for (const job of jobs) {
      signal?.throwIfAborted();
      yield await worker.rows(job, signal);
      await nextTurn(); // lets an interrupt in
    }
  } finally {
    worker.dispose();
  }
}

/**
 * A signal that an interrupt aborts, too: Ctrl-C, or a notebook's stop, after which its cell can be run
 * again. A process that nobody else catches interrupts for ends by it, as it would have.
 */
export function stopOnInterrupt(given?: AbortSignal): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const release = () => process.off("SIGINT", stop);
  const stop = () => {
    release();
    controller.abort(new UserError("study: interrupted; run it again, and it goes on from here."));
    // asked now: a kernel's own listener is set aside while the first part of a cell runs
    if (process.listenerCount("SIGINT") === 0) process.kill(process.pid, "SIGINT");
  };
  process.on("SIGINT", stop);
  return { signal: AbortSignal.any([controller.signal, ...(given === undefined ? [] : [given])]), release };
}

/**
 * End the workers and the sandbox of this process, so that it can end: what a command or script calls last.
 */
export async function closeDecoders(): Promise<void> {
  closeWorkers();
  await closeSharedSandbox();
}

function closeWorkers(): void {
  clearTimeout(idle);
  pool?.close();
  pool = undefined;
}
