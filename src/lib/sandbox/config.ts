/** What goes into the sandbox, what comes out, and its limits. */

export const outcomes = ["passed", "failed", "timeout", "killed"] as const;
/**
 * `passed`: the program and every test ran to the end and every assert held. `failed`: Python raised, the
 * program exited early, or an assert of a program without tests failed although the program swallowed it.
 * `timeout`: the time was up. `killed`: the interpreter died or was stopped because the program reached for
 * what the sandbox withholds.
 */
export type Outcome = (typeof outcomes)[number];

/** One Python program. */
export interface Program {
  readonly id: string;
  /**
   * Python source. Without tests it runs as `__main__`, and
   * its last asserts are its tests; with tests it has no name
   */
  readonly program: string;
  /**
   * Python that runs after the program, one text after the other, each judged on its own, in an interpreter
   * of their own: the program's names are calls across (`boundary.py`), and its asserts are its own affair
   */
  readonly tests?: readonly string[];
  /** wall-clock seconds for the program and all its tests together */
  readonly timeoutSeconds?: number;
}

export interface ProgramResult {
  readonly id: string;
  readonly outcome: Outcome;
  /** the Python error with its line, or why the program was stopped; null when it passed */
  readonly error: string | null;
  /** what it wrote to standard output and standard error, at most `outputBytes` */
  readonly output: string;
  /** wall-clock seconds that the program and its tests took */
  readonly seconds: number;
  /** one per test; [] without tests. All false when the program itself did not run to its end */
  readonly testsPassed: readonly boolean[];
  /**
   * whether the answer had a say in its grade: a test compared two objects of the answer's own classes, or
   * handed over what cannot cross and so ran beside the answer
   */
  readonly shared: boolean;
}

export interface SandboxOptions {
  /** interpreter processes that run programs side by side; about 200 MB each */
  readonly workers: number;
  /** limit of programs that name none */
  readonly timeoutSeconds: number;
  /** largest size of the interpreter's memory; beyond it Python raises MemoryError */
  readonly memoryBytes: number;
  /** an interpreter whose memory has grown beyond this is replaced after the program */
  readonly recycleBytes: number;
  /** output kept per program; the rest is dropped */
  readonly outputBytes: number;
  /** put a second wall of namespaces around the interpreters, where the system has one (`walls.ts`) */
  readonly unshare: boolean;
}

export const sandboxDefaults: SandboxOptions = {
  workers: 1,
  timeoutSeconds: 10,
  memoryBytes: 512 * 2 ** 20,
  recycleBytes: 128 * 2 ** 20,
  outputBytes: 64 * 2 ** 10,
  unshare: true,
};

/** A day: timers cannot count beyond 25, and nobody waits that long. */
export const longestTimeoutSeconds = 86400;

/**
 * Sets and their text have one order on every machine: with a seed of each snapshot's own, a set that crosses
 * from one interpreter to the other had another order in one of many installations.
 */
export const pythonEnvironment = { HOME: "/home/pyodide", PYTHONHASHSEED: "0" } as const;
