/**
 * One running kernel: a child process that executes cells in order and keeps their variables, as under
 * Jupyter, but without Python. Whatever a cell does (throw, exit, crash, never end), `execute` settles.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fromRoot } from "../host/package-root.js";

/** Sent to the process: run this code as cell number `cell`. */
export interface CellRequest {
  readonly cell: number;
  readonly code: string;
}

/** Or: forget the variables of all cells. */
export type KernelRequest = CellRequest | "forget";

/** Why a cell failed: what tslab or Node reported, before any shortening. */
export interface CellFailure {
  readonly name: string;
  readonly message: string;
  /** with its stack, or the compiler's `line:column - message` */
  readonly text: string;
}

export interface StreamMessage {
  readonly type: "stream";
  readonly cell: number;
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

export interface DisplayMessage {
  readonly type: "display";
  readonly cell: number;
  /** mime type -> content: text, base64, or an object for JSON types */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly displayId?: string;
  /** replace what was displayed under `displayId` before */
  readonly update: boolean;
}

/** Sent by the process. */
export type KernelMessage =
  | { readonly type: "ready" }
  | { readonly type: "forgotten" }
  | StreamMessage
  | DisplayMessage
  | { readonly type: "failure"; readonly cell: number; readonly failure: CellFailure }
  | { readonly type: "done"; readonly cell: number; readonly ok: boolean };

export interface KernelOptions {
  /** working directory, whose node_modules the cells import from */
  readonly root: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ExecuteOptions {
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  readonly onOutput: (message: StreamMessage | DisplayMessage) => void;
}

/** glibc reads these when a process starts; allocation-heavy steps are up to ten times slower without. */
const memorySettings = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "17179869184",
  MALLOC_TOP_PAD_: "268435456",
  TF_CPP_MIN_LOG_LEVEL: "3",
};

/**
 * Compiled, because Node cannot run TypeScript; also when this module itself runs from src under the tests.
 */
const processFile = fromRoot("dist/lib/notebooks/notebook-kernel-process.js");
const startSeconds = 60;
/** How long output may still arrive through the pipes after the process has ended. */
const lastWordsMilliseconds = 100;
const partingSeconds = 2;

interface RunningCell {
  readonly cell: number;
  readonly onOutput: ExecuteOptions["onOutput"];
  readonly finish: (ok: boolean) => void;
}

/**
 * A kernel owns a process: `close` it, also after a failure. Between two notebooks
 * it may `forget` the first and serve the second: types that were read, the library
 * and its backend stay loaded, which is most of what a notebook's first cell takes.
 */
export class NotebookKernel {
  private readonly child: ChildProcess;
  private readonly started: Promise<void>;
  private readonly ended: Promise<string>;
  /** the cell that runs, or ran last */
  private current: RunningCell | undefined;
  /** reported since the last cell's result, perhaps by a promise that an earlier cell left behind */
  private failure: CellFailure | undefined;
  private onForgotten: () => void = () => {};
  /** a cell was started and has not come to its end */
  private unresponsive = false;
  /** what reached the process's outputs past Node: native libraries, child programs, Node's own last words */
  private tail = "";

  constructor({ root, env = {} }: KernelOptions) {
    const { FORCE_COLOR: _, ...inherited } = process.env;
    this.child = fork(processFile, {
      cwd: root,
      env: { ...memorySettings, ...inherited, NO_COLOR: "1", ...env },
      execArgv: ["--disable-warning=ExperimentalWarning"], // of require(esm), by which cells load the library
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true, // a process group of its own, so that `close` ends its children too
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on("data", (chunk: Buffer) => (this.tail = (this.tail + chunk.toString()).slice(-2000)));
    this.ended = new Promise(done => {
      this.child.once("error", error => done(`could not start: ${error.message}`));
      this.child.once("exit", (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `signal ${signal}`;
        setTimeout(() => done(how), lastWordsMilliseconds);
      });
    });
    this.started = new Promise(done => {
      this.child.on("message", (message: KernelMessage) => {
        if (message.type === "ready") done();
        else if (message.type === "forgotten") this.onForgotten();
        else this.receive(message);
      });
    });
  }

  /**
   * Runs one cell to its end; a failure is returned, not thrown. After a
   * time-out, an abort or a crash the kernel is gone and must be closed.
   */
  async execute(request: CellRequest, options: ExecuteOptions): Promise<CellFailure | undefined> {
    const { timeoutSeconds, signal, onOutput } = options;
    const crash = this.ended.then(how => ownFailure("KernelDied", this.lastWords(how)));
    const slowStart = `the kernel did not start within ${startSeconds} s; is the machine overloaded?`;
    const unstarted = await withLimits([this.started, crash], startSeconds, slowStart, signal);
    if (unstarted !== undefined) return unstarted;
    const finished = new Promise<CellFailure | undefined>(done => {
      const finish = (ok: boolean) => {
        const silent = ok ? undefined : ownFailure("Error", "the cell failed without a message.");
        done(this.failure ?? silent);
        this.failure = undefined;
        this.unresponsive = false;
      };
      this.current = { cell: request.cell, onOutput, finish };
      this.child.send(request, () => {}); // a channel already closed is told by `crash`
    });
    const hint = "raise the time allowed per cell or make the cell do less";
    const tooLong = `the cell did not finish within ${timeoutSeconds} s; ${hint}.`;
    this.unresponsive = true;
    return withLimits([finished, crash], timeoutSeconds, tooLong, signal);
  }

  /** Forgets the variables of all cells. */
  async forget(): Promise<void> {
    const forgotten = new Promise<void>(done => (this.onForgotten = done));
    this.child.send("forget" satisfies KernelRequest, () => {});
    await Promise.race([forgotten, this.ended]);
    this.current = undefined;
    this.failure = undefined;
  }

  /**
   * Ends the process and every program it started. An idle process is first left a moment to end by itself
   * and put away what it opened (a browser, files); one that does not listen is killed. Safe to call twice.
   */
  async close(): Promise<void> {
    if (!this.unresponsive && this.child.connected) {
      this.child.disconnect();
      await withLimits([this.ended.then(() => undefined)], partingSeconds, "", undefined);
    }
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
    } catch {
      this.child.kill("SIGKILL"); // already gone, or a system without process groups
    }
    await this.ended;
  }

  private receive(message: Exclude<KernelMessage, { readonly type: "ready" | "forgotten" }>): void {
    if (message.type === "failure") this.failure = joinFailures(this.failure, message.failure);
    else if (message.type !== "done") this.current?.onOutput(message);
    else if (message.cell === this.current?.cell) this.current.finish(message.ok);
  }

  private lastWords(how: string): string {
    const words = this.tail.trim() === "" ? "" : ` Its last words: ${this.tail.trim()}`;
    return `the kernel ended while the cell ran (${how}).${words}`;
  }
}

/** The first outcome, or a failure when none comes in time or the caller aborts. */
async function withLimits(
  outcomes: readonly Promise<CellFailure | undefined | void>[],
  seconds: number,
  tooLong: string,
  signal: AbortSignal | undefined,
): Promise<CellFailure | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stop: () => void = () => {};
  const limit = new Promise<CellFailure>(done => {
    timer = setTimeout(() => done(ownFailure("TimeoutError", tooLong)), seconds * 1000);
    stop = () => done(ownFailure("AbortError", "the run was interrupted."));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
  });
  const outcome = await Promise.race([...outcomes, limit]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", stop);
  return outcome ?? undefined;
}

function ownFailure(name: string, message: string): CellFailure {
  return { name, message, text: `${name}: ${message}` };
}

/** The compiler reports a cell's mistakes one by one. */
function joinFailures(first: CellFailure | undefined, second: CellFailure): CellFailure {
  if (first === undefined) return second;
  const join = (a: string, b: string) => `${a}\n${b}`;
  return {
    name: first.name,
    message: join(first.message, second.message),
    text: join(first.text, second.text),
  };
}
