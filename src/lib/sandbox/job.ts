/** One program on its way through the sandbox, and the verdict on it. */
import { randomBytes } from "node:crypto";
import type { Program, ProgramResult } from "./config.js";

/** A program, what is known of it so far, and who waits for it. */
export class Job {
  /** proves that a reply comes from the interpreter process, not from the program in it */
  readonly token = randomBytes(12).toString("hex");
  /** the program, then one test after the other: the Python error or null */
  readonly steps: (string | null)[] = [];
  output = "";
  shared = false;

  constructor(
    readonly program: Program,
    readonly timeoutSeconds: number,
    /** called once: with the result, or with the reason why there is none */
    readonly settle: (result: ProgramResult | Error) => void,
  ) {}

  /** Forgets a start that another program's end interrupted; the job will run again. */
  reset(): void {
    this.steps.length = 0;
    this.output = "";
    this.shared = false;
  }

  /** @param stopped why the program was ended from outside, if it was */
  result(seconds: number, stopped?: Pick<ProgramResult, "outcome" | "error">): ProgramResult {
    const [main, ...tests] = this.steps;
    const testsPassed = (this.program.tests ?? []).map((_, i) => main === null && tests[i] === null);
    const error = this.steps.find(step => step !== null) ?? null;
    const ran = main === null && testsPassed.every(Boolean) ? "passed" : "failed";
    const verdict = stopped ?? { outcome: ran, error };
    return {
      id: this.program.id,
      ...verdict,
      output: this.output,
      seconds,
      testsPassed,
      shared: this.shared,
    };
  }
}
