/**
 * One place where programs run, one after the other. It holds an interpreter process, keeps one program ahead
 * in its pipe, measures the time, and replaces the process when it died or had to be killed.
 */
import type { Outcome } from "./config.js";
import type { InterpreterProcess, Listener } from "./interpreter-process.js";
import type { Job } from "./job.js";
import type { Reply } from "./protocol.js";

/** Between what the process measures and what its parent does. */
const graceSeconds = 0.1;
/** The process ends itself this long after its time should its parent be gone. */
const lastResortSeconds = 5;

/** What a lane needs from the sandbox around it. */
export interface LaneContext {
  start(): Promise<InterpreterProcess>;
  /** the next job, or undefined; `ahead` when it would only wait in the pipe */
  take(ahead: boolean): Job | undefined;
  putBack(jobs: readonly Job[]): void;
  /** no interpreter can be started any more */
  fail(error: Error): void;
}

export class Lane {
  private interpreter: InterpreterProcess | undefined;
  /** running, then waiting in the pipe */
  private readonly inFlight: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private closed = false;

  constructor(private readonly context: LaneContext) {}

  /** Starts an interpreter in this lane and sets it to work. */
  async open(): Promise<InterpreterProcess> {
    const interpreter = await this.context.start();
    if (this.closed) interpreter.kill();
    else {
      this.interpreter = interpreter;
      interpreter.listen(this.listener());
      this.fill();
    }
    return interpreter;
  }

  /** Takes jobs while there is room. */
  fill(): void {
    while (this.interpreter !== undefined && this.inFlight.length < 2) {
      const job = this.context.take(this.inFlight.length > 0);
      if (job === undefined) return;
      this.inFlight.push(job);
      this.interpreter.send({
        token: job.token,
        program: job.program.program,
        tests: job.program.tests ?? null,
        lastResortSeconds: job.timeoutSeconds + lastResortSeconds,
      });
      if (this.inFlight.length === 1) this.startClock();
    }
  }

  /** Gives up jobs that nobody waits for any more; a running one is killed. */
  drop(unwanted: (job: Job) => boolean): void {
    if (!this.inFlight.some(unwanted)) return;
    const wanted = this.inFlight.filter(job => !unwanted(job));
    this.inFlight.length = 0;
    this.inFlight.push(...wanted);
    this.replace();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.interpreter?.kill();
    this.interpreter = undefined;
  }

  private listener(): Listener {
    return {
      reply: reply => this.receive(reply),
      ended: how => this.stop(this.elapsed > this.inFlight[0]?.timeoutSeconds ? "timeout" : "killed", how),
    };
  }

  private get elapsed(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  private receive(reply: Exclude<Reply, { kind: "ready" }>): void {
    const job = this.inFlight[0] as Job | undefined;
    if (job?.token !== reply.token) return this.stop("killed", "a reply was forged");
    if (reply.kind === "output") job.output += reply.text;
    else if (reply.kind === "step") job.steps.push(reply.error);
    else if (reply.kind === "done") {
      job.shared = reply.shared;
      this.done(job, reply.seconds, reply.last);
    } else if (reply.cause.startsWith("RecursionError")) this.stop("failed", reply.cause);
    else this.stop("killed", reply.cause);
  }

  private done(job: Job, seconds: number, last: boolean): void {
    if (seconds > job.timeoutSeconds) return this.stop("timeout", "");
    this.inFlight.shift();
    clearTimeout(this.timer);
    job.settle(job.result(seconds));
    if (last) return this.replace();
    if (this.inFlight.length > 0) this.startClock();
    this.fill();
  }

  /** Ends the running program from outside, together with its process. */
  private stop(outcome: Exclude<Outcome, "passed">, cause: string): void {
    const job = this.inFlight.shift();
    const error = outcome === "timeout" ? `not finished after ${job?.timeoutSeconds} s` : cause;
    job?.settle(job.result(this.elapsed, { outcome, error }));
    this.replace();
  }

  private replace(): void {
    clearTimeout(this.timer);
    this.interpreter?.kill();
    this.interpreter = undefined;
    const waiting = this.inFlight.splice(0);
    for (const job of waiting) job.reset();
    this.context.putBack(waiting);
    if (!this.closed) this.open().catch((error: Error) => this.context.fail(error));
  }

  private startClock(): void {
    const job = this.inFlight[0];
    this.startedAt = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(
      // A parent that was busy may find time-out and reply due together: the reply is read first, then this.
      () => setImmediate(() => this.inFlight[0] === job && this.stop("timeout", "")),
      1000 * (job.timeoutSeconds + graceSeconds),
    );
  }
}
