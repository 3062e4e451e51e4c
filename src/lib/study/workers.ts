/**
 * Where the work of studies is done: in processes of one thread each on a CPU with more than one core, in
 * this process on a GPU (which they would share), where there is memory for one only, and in notebooks that
 * run beside others, whose processes share the cores already.
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

/** Computes work in this process, one after the other; keeps what the last experiment has loaded. */
export class LocalWorker {
  private turn: Promise<unknown> = Promise.resolve();
  private last:
    { readonly measure: ExperimentName; readonly worker: Worker<StudySettings, LogKind> } | undefined;

  rows(work: NamedWork, signal?: AbortSignal): Promise<Rows> {
    const rows = this.turn.then(() => this.compute(work, signal));
    this.turn = rows.catch(() => undefined);
    return rows;
  }

  private compute({ measure, ...work }: NamedWork, signal?: AbortSignal): Promise<Rows> {
    signal?.throwIfAborted();
    if (this.last?.measure !== measure) {
      this.dispose();
      this.last = { measure, worker: experimentNamed(measure).worker() };
    }
    return this.last.worker.rows(work, signal);
  }

  /** Frees what is loaded, after the work that is under way. */
  close(): Promise<void> {
    return this.turn.then(() => this.dispose());
  }

  private dispose(): void {
    this.last?.worker.dispose();
    this.last = undefined;
  }
}

/**
 * Set by `npm run reproduce` for each of the notebooks that run at once, with its share of the workers: those
 * of one lane take turns, those of two do not wait for each other.
 */
export const laneVariable = "UNMASK_LANE";

let pool: WorkerPool<NamedWork, Rows> | undefined;
let local: LocalWorker | undefined;
let studies = 0;
let idle: NodeJS.Timeout | undefined;
/** What the workers have loaded serves the next study of a notebook; later the memory is worth more. */
const idleSeconds = 60;

/**
 * Runs to make at a time: while the last work of one is done in one process, the next one's begins in another.
 */
export function runsAtOnce(): number {
  return workers().size === 1 ? 1 : 2;
}

function workers(): WorkerPool<NamedWork, Rows> {
  const entry = pathToFileURL(fromRoot("dist/lib/study/study-worker.js"));
  return (pool ??= new WorkerPool(entry, workerCount(freemem())));
}

/** The rows of each work, in order. A backend must be in use. An abort ends the workers. */
export async function* computed(
  measure: ExperimentName,
  works: readonly Work<StudySettings>[],
  signal?: AbortSignal,
): AsyncGenerator<Rows> {
  signal?.throwIfAborted();
  const { parallel = () => true } = experimentNamed(measure);
  const jobs = works.map(work => ({ ...work, measure }));
  const alone = workers().size === 1 || !works.every(work => parallel(work.settings));
  const here = alone || backendInUse() === "native-cuda";
  signal?.addEventListener("abort", closeWorkers, { once: true });
  clearTimeout(idle);
  studies++;
  try {
    yield* here ? computedHere(jobs, signal) : workers().map(jobs);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (--studies === 0) idle = setTimeout(closeWorkers, 1000 * idleSeconds).unref();
    signal?.removeEventListener("abort", closeWorkers);
  }
}

async function* computedHere(jobs: readonly NamedWork[], signal?: AbortSignal): AsyncGenerator<Rows> {
  const worker = (local ??= new LocalWorker());
  for (const job of jobs) {
    signal?.throwIfAborted();
    yield await worker.rows(job, signal);
    await nextTurn(); // lets an interrupt in
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
  void local?.close();
  local = undefined;
}
