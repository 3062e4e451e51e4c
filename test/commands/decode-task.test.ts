/** What `npm run decode` refuses to decode: each in one sentence, before anything is loaded. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { questionOf } from "../../src/lib/commands/decode-task.js";

const folder = mkdtempSync(join(tmpdir(), "decode-task-"));
afterAll(() => rmSync(folder, { recursive: true }));

const row = {
  ...{ task_id: "HumanEval/0", prompt: "def f(x):\n", canonical_solution: "    return x\n" },
  ...{ test: "def check(f):\n    assert f(1) == 1\n", entry_point: "f" },
};
const file = join(folder, "problems.jsonl");
writeFileSync(file, JSON.stringify(row) + "\n");
const nothing = { prompt: undefined, task: undefined, problem: undefined, file: undefined };

describe("what cannot be decoded", () => {
  it.each([
    ["nothing", {}, /^decode: there is nothing to decode; give a --prompt, or a --task/],
    ["a prompt and a task", { prompt: "x", task: "minipy" }, /both say what is decoded; leave one out\.$/],
    ["a problem of no task", { problem: 3 }, /^decode: --problem 3 says .* no task is named; add --task/],
    ["a file of no task", { prompt: "x", file }, /^decode: --file \S+ says .* no task is named; add --task/],
    ["a benchmark without its file", { task: "humaneval" }, /^decode: --task humaneval needs --file/],
    [
      "a file of a task that has none",
      { task: "minipy", file },
      /--file is for benchmarks and --task is minipy/,
    ],
    [
      "a file that is not there",
      { task: "mbpp", file: join(folder, "none") },
      /^decode: --file \S+none does not/,
    ],
    ["a folder", { task: "mbpp", file: folder }, /^decode: --file \S+ is a folder; name a \.jsonl/],
    ["another benchmark's file", { task: "mbpp", file }, /which is not of mbpp; pass --task humaneval/],
    [
      "a problem that the file lacks",
      { task: "humaneval", file, problem: 1 },
      /has 1 problems, so none is number 1; give a --problem from 0 to 0\.$/,
    ],
  ])("%s", (_, given, sentence) => {
    const question = () => questionOf({ ...nothing, ...given });
    expect(question).toThrow(UserError);
    expect(question).toThrow(sentence);
  });

  it("while a problem of a benchmark's file can", () => {
    expect(() => questionOf({ ...nothing, task: "humaneval", file, problem: 0 })).not.toThrow();
  });
});
