/**
 * Where a process's time goes. Nothing is measured until `startPhaseClock`; then every moment belongs to one
 * phase: the innermost `inPhase` that runs, else one whose promise is awaited, else "wait" while nothing runs
 * and "script" while other JavaScript does.
 */

/** Of two that are awaited at once, the first in this list counts. */
export const phases = [
  "start",
  "record",
  "compute",
  "read",
  "grade",
  "log",
  "draw",
  "wait",
  "script",
] as const;
export type Phase = (typeof phases)[number];

/** What each phase is, for readers of a profile. */
export const phaseInWords: Readonly<Record<Phase, string>> = {
  start: "loading modules and the backend",
  record: "recording graphs and handing them to TensorFlow",
  compute: "recorded graphs, operations called one by one",
  read: "results to JavaScript, weights and logs from disk",
  grade: "waiting for tests in the sandbox",
  log: "writing logs and states",
  draw: "waiting for pictures",
  wait: "idle: other processes work",
  script: "all other JavaScript: cells, statistics, samplers",
};

type Seconds = Record<Phase, number>;

class PhaseClock {
  readonly seconds = Object.fromEntries(phases.map(phase => [phase, 0])) as Seconds;
  private readonly running: Phase[] = [];
  private readonly awaited: Phase[] = [];
  private since = performance.now();
  private idleSince: number;

  /** @param idle milliseconds that the event loop has been idle */
  constructor(private readonly idle: () => number) {
    this.idleSince = idle();
    this.seconds.start = this.since / 1000;
  }

  enter(phase: Phase): void {
    this.credit();
    this.running.push(phase);
  }

  leave(): void {
    this.credit();
    this.running.pop();
  }

  async await<T>(phase: Phase, result: Promise<T>): Promise<T> {
    this.credit();
    this.awaited.push(phase);
    try {
      return await result;
    } finally {
      this.credit();
      this.awaited.splice(this.awaited.indexOf(phase), 1);
    }
  }

  /** Gives the time since the last change to its phase. */
  credit(): void {
    const now = performance.now();
    const idle = this.idle();
    const [passed, idled] = [(now - this.since) / 1000, (idle - this.idleSince) / 1000];
    const phase = this.running.at(-1) ?? phases.find(one => this.awaited.includes(one));
    if (phase !== undefined) this.seconds[phase] += passed;
    else {
      this.seconds.wait += Math.min(passed, idled);
      this.seconds.script += Math.max(0, passed - idled);
    }
    [this.since, this.idleSince] = [now, idle];
  }
}

let clock: PhaseClock | undefined;

/**
 * What came before, since the start of the process, is its "start".
 * @param idle milliseconds that the event loop has been idle
 */
export function startPhaseClock(idle: () => number): void {
  clock = new PhaseClock(idle);
}

/** Seconds in each phase up to now; undefined without a clock. */
export function phaseSeconds(): Readonly<Seconds> | undefined {
  clock?.credit();
  return clock?.seconds;
}

/** The time of `work`, and of the promise that it returns if it does, belongs to `phase`. */
export function inPhase<T>(phase: Phase, work: () => T): T {
  if (clock === undefined) return work();
  clock.enter(phase);
  let result: T;
  try {
    result = work();
  } finally {
    clock.leave();
  }
  return result instanceof Promise ? (clock.await(phase, result) as T) : result;
}
