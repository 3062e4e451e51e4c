import { describe, expect, it } from "vitest";
import {
  completionPrompt,
  cutAtStop,
  decodedAnswer,
  responsePrefix,
  stopTexts,
  userMessage,
} from "../../src/lib/tasks/code-prompt.js";
import { humaneval } from "../../src/lib/tasks/humaneval.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";
import type { CodeProblem } from "../../src/lib/tasks/task.js";

const problem: CodeProblem = {
  id: "HumanEval/0",
  task: "humaneval",
  split: "test",
  form: "",
  combination: "",
  prompt: "\ndef twice(x):\n    '''Double.'''\n\n",
  entryPoint: "twice",
  solution: "",
  tests: { kind: "script", prelude: "", base: [], plus: null },
};

describe("a prompt, as EvalPlus writes it", () => {
  it("ends in one line break when it is completed directly", () => {
    expect(completionPrompt(problem)).toBe("def twice(x):\n    '''Double.'''\n");
  });

  it("is fenced in the user's turn, and the answer is opened up to its fence", () => {
    expect(userMessage(problem)).toBe(
      "Please provide a self-contained Python script that solves the following problem in a markdown " +
        "code block:\n```\ndef twice(x):\n    '''Double.'''\n```\n",
    );
    expect(responsePrefix("chat")).toMatch(/^Below is a Python script .* corresponding tests:\n```python\n$/);
    expect(responsePrefix("chat-plain")).toBe("");
  });
});

describe("an answer ends", () => {
  it.each([
    ["completion", humaneval, "    return 2 * x\n\nprint(1)", "    return 2 * x\n"],
    ["completion", humaneval, "    return 2 * x\ndef other():", "    return 2 * x"],
    ["completion", mbpp, "def f():\n  return 1\ndef g():\nassert f()", "def f():\n  return 1\ndef g():"],
    ["chat", humaneval, "def twice(x):\n\treturn 2 * x\n```\nDone.", "def twice(x):\n    return 2 * x"],
    ["chat-plain", mbpp, "Sure:\n```\ndef f(): pass\n```\nassert", "Sure:\n```\ndef f(): pass\n```\nassert"],
  ] as const)("in style %s of $name at the first stop text", (style, task, text, expected) => {
    expect(cutAtStop(text, stopTexts(style, task))).toBe(expected);
  });

  it("and a direct completion is read together with its prompt", () => {
    expect(decodedAnswer(humaneval, problem, "completion", "    return 1\ndef g")).toBe(
      `${completionPrompt(problem)}    return 1`,
    );
    expect(decodedAnswer(humaneval, problem, "chat", "x = 1\n```\n")).toBe("x = 1");
  });
});
