import { describe, expect, it } from "vitest";
import { answerText, parseAnswers } from "../../src/lib/tasks/answer-file.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";
import type { CodeProblem } from "../../src/lib/tasks/task.js";

const problem: CodeProblem = {
  id: "Mbpp/7",
  task: "mbpp",
  split: "test",
  form: "",
  combination: "",
  prompt: '"""Double x."""\n',
  entryPoint: "twice",
  solution: "",
  tests: { kind: "script", prelude: "", base: [], plus: null },
};
const parse = (...rows: readonly unknown[]) =>
  parseAnswers(rows.map(row => JSON.stringify(row)).join("\n\n"), [problem], mbpp, "A");

describe("a file of answers", () => {
  it("numbers the rows of a problem, whatever its id looks like", () => {
    const rows = ["Mbpp/7", 7, "7"].map(task_id => ({ task_id, solution: "x" }));
    expect(parse(...rows).map(a => [a.problem.id, a.sample])).toEqual([
      ["Mbpp/7", 0],
      ["Mbpp/7", 1],
      ["Mbpp/7", 2],
    ]);
  });

  it("takes the solution where a row has both", () => {
    expect(parse({ task_id: 7, completion: "c", solution: "s" })[0]).toMatchObject({
      form: "solution",
      text: "s",
    });
  });

  it.each([
    ["no id", { solution: "x" }, /A line 3 has no "task_id"/],
    ["an unknown id", { task_id: "Mbpp/8", solution: "x" }, /A line 3 answers "Mbpp\/8", which is not among/],
    ["no answer", { task_id: 7 }, /A line 3 has neither "solution" nor "completion"/],
    ["a list of answers", { task_id: 7, completion: ["x"] }, /A line 3 has a "completion" that is no text/],
  ])("with %s is refused by line", (_, row, sentence) => {
    expect(() => parse({ task_id: 7, solution: "x" }, row)).toThrow(sentence);
  });
});

describe("the text of an answer", () => {
  const fenced = "Here:\n```python\ndef twice(x):\n    return 2 * x\n```\n";
  it.each([
    ["a solution stands for itself", "solution", "def twice", "def twice"],
    [
      "a completion follows its prompt and a line break",
      "completion",
      "    return",
      `${problem.prompt}\n    return`,
    ],
    ["a completion that defines the function in a fence stands for itself", "completion", fenced, fenced],
    [
      "a fence with something else does not count",
      "completion",
      "    return 1\n```\ndef other(): pass\n```",
      `${problem.prompt}\n    return 1\n\`\`\`\ndef other(): pass\n\`\`\``,
    ],
  ] as const)("%s", (_, form, text, expected) => {
    expect(answerText({ problem, form, text })).toBe(expected);
  });
});
