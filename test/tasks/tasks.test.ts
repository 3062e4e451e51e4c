/**
 * A task is one file: whatever decodes, grades, studies or
 * trains takes it from the list, and knows none by name.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { problemsOf, testbedTokenizer } from "../../src/lib/checkpoints/testbed.js";
import { Rng } from "../../src/lib/core/rng.js";
import { documentSource } from "../../src/lib/recipes/stages/documents.js";
import { gradeAll } from "../../src/lib/study/grading.js";
import { sharedSandbox } from "../../src/lib/study/shared-sandbox.js";
import { study } from "../../src/lib/study/study.js";
import { closeDecoders } from "../../src/lib/study/workers.js";
import { distinctProblems } from "../../src/lib/tasks/distinct-problems.js";
import type { SeededTask } from "../../src/lib/tasks/task.js";
import { addTask, seededTask, taskNames, taskOf } from "../../src/lib/tasks/tasks.js";

const counting: SeededTask = {
  name: "counting",
  about: "the number after a number",
  problems: query =>
    distinctProblems("counting", query, rng => {
      const n = rng.int(20);
      return { key: `${n}`, problem: () => ({ prompt: `steps: ${n}\n`, solution: `answer: ${n + 1}\n` }) };
    }),
  read: (text, { solution }) => ({ correct: text === solution }),
  example: rng => ({
    prompt: "steps: 1\n",
    completion: `answer: ${rng.int(2)}\n`,
    form: "",
    combination: "",
  }),
};

let runs: string;
beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), "unmask-runs-"));
  vi.stubEnv("UNMASK_RUNS", runs);
  vi.spyOn(console, "error").mockImplementation(() => {});
  addTask(counting);
});
afterAll(async () => {
  await closeDecoders();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

describe("a task of ten lines, added", () => {
  it("draws problems like any other: of its split, numbered, the same for the same seed", () => {
    const [first, second] = problemsOf("counting", "test", 2);
    expect([first.id, second.id]).toEqual(["counting-test-0", "counting-test-1"]);
    expect(first).toMatchObject({ task: "counting", split: "test", form: "", tests: null });
    expect(problemsOf("counting", "test", 2)).toEqual([first, second]);
  });

  it("is graded by its own reading", async () => {
    const [problem] = problemsOf("counting", "test", 1);
    const grades = await gradeAll(
      [problem.solution, "answer: 0\n"].map(text => ({ problem, text })),
      sharedSandbox,
    );
    expect(grades.map(({ correct, passedBase }) => [correct, passedBase])).toEqual([
      [true, null],
      [false, null],
    ]);
  });

  it("is decoded and logged by a study, whose rows name it", async () => {
    const { rows } = await study({ task: "counting", problems: 2, seeds: [1] });
    expect(rows.map(row => [row.problem, row.task, row.correct !== null])).toEqual([
      ["counting-test-0", "counting", true],
      ["counting-test-1", "counting", true],
    ]);
  });

  it("changed, is not answered from the logs of before", async () => {
    const counted = () => study({ task: "counting", problems: 2, seeds: [1] });
    const before = await counted();
    addTask({ ...counting, problems: query => counting.problems({ ...query, seed: 5 }) });
    const after = await counted();
    addTask(counting);
    expect(after.sources).not.toEqual(before.sources);
  });

  it("gives training documents by its share", () => {
    const noise = { codeShare: 1, mistakeShare: 0, boundaryShare: 0, tokenNoise: 0 };
    const tokenizer = testbedTokenizer();
    const texts = (tasks: Readonly<Record<string, number>>) => {
      const documents = documentSource({ ...noise, tasks }, tokenizer);
      return Array.from({ length: 200 }, (_, i) =>
        tokenizer.decode(documents(Rng.fromSeed(1).split(i)).completion),
      );
    };
    expect(new Set(texts({ counting: 1 }))).toEqual(new Set(["answer: 0\n", "answer: 1\n"]));
    const own = texts({ minipy: 0.75, counting: 0.25 }).filter(text => /^answer: [01]\n$/.test(text)).length;
    expect(own / 200).toBeGreaterThan(0.15);
    expect(own / 200).toBeLessThan(0.35);
  });
});

describe("the list of tasks", () => {
  it("has the testbed's two and the public benchmarks", () => {
    expect(taskNames()).toEqual(expect.arrayContaining(["minipy", "minimath", "humaneval", "mbpp"]));
  });

  it("refuses an unknown name with the nearest one, wherever it comes from", () => {
    expect(() => taskOf("minipi")).toThrow(/unknown task "minipi"; did you mean "minipy"\? valid: minipy, /);
    expect(() => problemsOf("minipi", "test", 1)).toThrow(/did you mean "minipy"/);
  });

  it("refuses a study of a task whose problems come from a file", () => {
    expect(() => seededTask("humaneval")).toThrow(/the problems of humaneval come from a file.* --file FILE/);
  });

  it("keeps the shipped names for the shipped tasks, whose logs they name", () => {
    expect(() => addTask({ ...counting, name: "minipy" })).toThrow(/"minipy" is a shipped task/);
  });
});
