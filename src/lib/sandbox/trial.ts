/**
 * One program on trial: the answer runs in an interpreter of its own, the
 * tests in another, where the answer's names are calls across the boundary
 * (`boundary.py`). What is said of each is CPython's own return value.
 */
import type { Interpreter } from "./interpreter.js";
import type { Request } from "./protocol.js";

export class Trial {
  private shared = false;

  /** @param step is told how the program ended, then each test: the Python error or null */
  constructor(
    private readonly answer: Interpreter,
    private readonly tests: Interpreter,
    private readonly step: (error: string | null) => void,
  ) {
    tests.onRequest = request => answer.ask("serve", request) ?? undefined;
    answer.onRequest = undefined; // until a test runs there is nobody to call
  }

  /** Runs all; returns whether the answer had a say in its grade. */
  run({ program, tests }: Pick<Request, "program" | "tests">): boolean {
    if (tests === null) this.step(this.ownTests(program));
    else {
      const error = this.program(withoutTests(program, tests), { name: null, reports: false });
      this.step(error);
      if (error === null) tests.forEach((_, i) => this.step(this.test(tests, i)));
    }
    return this.shared;
  }

  /** A program that holds its tests: they run apart where they can be told from the rest. */
  private ownTests(source: string): string | null {
    const split = source.includes("assert") ? this.tests.ask("split_tests", source) : "";
    const [head, tail] = split ? (JSON.parse(split) as [string, string]) : [source, undefined];
    const error = this.program(head, { name: "__main__", reports: true });
    return error !== null || tail === undefined ? error : this.test([tail], 0, true);
  }

  private program(source: string, how: { name: string | null; reports: boolean }): string | null {
    return this.answer.run("prepare", { source, role: "program", ...how });
  }

  /** @param reports whether an assert counts that the test itself swallows */
  private test(sources: readonly string[], i: number, reports = false): string | null {
    this.answer.onRequest = request => this.tests.ask("serve", request) ?? undefined;
    const request = { source: sources[i], role: "test", name: "__main__", reports };
    let error = this.tests.run("prepare", request);
    this.answer.onRequest = undefined;
    const crossing = this.tests.ask("crossing", "");
    if (error !== null && crossing === "inside") error = this.inside(sources.slice(0, i + 1));
    if (crossing !== "") this.shared = true;
    return error;
  }

  /** A test that hands over what cannot cross runs beside the answer, after those before it. */
  private inside(sources: readonly string[]): string | null {
    const errors = sources.map(source => this.answer.run("prepare_inside", { source }));
    return errors[errors.length - 1];
  }
}

/** A program that repeats its tests at its end does not get to see them there. */
function withoutTests(program: string, tests: readonly string[]): string {
  const repeated = tests.join("\n").trimEnd();
  const text = program.trimEnd();
  return repeated !== "" && text.endsWith(`\n${repeated}`) ? text.slice(0, -repeated.length) : program;
}
