/** Files of problems and answers that are long, wrong or of odd encoding: linear time, one sentence. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { firstBlock } from "../../src/lib/rl/rewards.js";
import { answerText, parseAnswers } from "../../src/lib/tasks/answer-file.js";
import { parseCodeProblems } from "../../src/lib/tasks/code-problem-file.js";
import { humaneval } from "../../src/lib/tasks/humaneval.js";
import { jsonRows } from "../../src/lib/tasks/json-rows.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";

const mbppRow = {
  text: "Add.",
  code: "def add(a, b):\n  return a + b",
  task_id: 1,
  test_list: ["assert add(1, 2) == 3"],
};
const humanevalRow = {
  task_id: "HumanEval/0",
  prompt: "def twice(x):\n",
  entry_point: "twice",
  canonical_solution: "    return 2 * x\n",
  test: "def check(candidate):\n    assert candidate(2) == 4\n",
};
const line = (row: unknown) => JSON.stringify(row);

/** 60,000 characters of what made patterns try everything, and ten times as many. */
const runs: readonly (readonly [string, string])[] = [
  ["line ends", "\n"],
  ["spaces", " "],
  ["letters", "a"],
  ["words", "a "],
  ["names before no bracket", "def f "],
  ["definitions", "def f(\n"],
  ["quotes", '\\"'],
  ["fences", "```python\n"],
  ["fences of a line", "\n```\n```"],
  ["brackets", "("],
  ["calls", "f ("],
];

describe.each(runs)("600,000 characters of %s take little time", (_, piece) => {
  const long = piece.repeat(600_000 / piece.length);
  const quickly = (work: () => unknown) => {
    const started = performance.now();
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  };

  it("in an MBPP row", () => {
    for (const key of ["text", "code", "test_setup_code"])
      quickly(() => parseCodeProblems(line({ ...mbppRow, [key]: long }), mbpp, "F"));
    quickly(() => parseCodeProblems(line({ ...mbppRow, test_list: [long] }), mbpp, "F"));
  });

  it("in a HumanEval row", () => {
    for (const key of ["task_id", "prompt", "entry_point", "canonical_solution", "test"])
      quickly(() => parseCodeProblems(line({ ...humanevalRow, [key]: long }), humaneval, "F"));
    const helpers = Array.from({ length: 5000 }, (_, i) => `def helper${i}(x):\n  pass\n`).join("");
    quickly(() =>
      parseCodeProblems(
        line({ ...humanevalRow, prompt: helpers + humanevalRow.prompt, test: long }),
        humaneval,
        "F",
      ),
    );
  });

  it("in an answer, in a row that is no JSON, and in a reward", () => {
    const problems = parseCodeProblems(line(humanevalRow), humaneval, "F");
    const answer = line({ task_id: "HumanEval/0", completion: long });
    quickly(() => parseAnswers(answer, problems, humaneval, "A").map(answerText));
    quickly(() => jsonRows(`{"a": NaN, "b": "${long}`, "F"));
    quickly(() => jsonRows(long, "F"));
    quickly(() => firstBlock(long));
  });
});

describe("a file", () => {
  it("is read with a byte-order mark, in lines and in one array", () => {
    expect(parseCodeProblems(`\ufeff${line(mbppRow)}`, mbpp, "F")[0].id).toBe("Mbpp/1");
    expect(parseCodeProblems(`\ufeff[${line(mbppRow)}]`, mbpp, "F")[0].id).toBe("Mbpp/1");
    expect(jsonRows(`\ufeff${line(mbppRow)}\r\n\r\n${line(mbppRow)}\r\n`, "F").map(row => row.where)).toEqual(
      ["F line 1", "F line 3"],
    );
  });

  it("keeps NaN and Infinity apart from texts that spell them", () => {
    expect(jsonRows('{"a": NaN, "b": -Infinity, "c": "NaN \\" Infinity"}', "F")[0].fields).toEqual({
      a: null,
      b: null,
      c: 'NaN " Infinity',
    });
  });

  it("that is no JSON is a sentence, however long", () => {
    for (const text of ["{", `{"a": ${"[".repeat(1e5)}`, '{"a": NaN, "b": "', "\0", `"${"x".repeat(1e6)}`]) {
      expect(() => jsonRows(text, "F")).toThrow(UserError);
      expect(() => jsonRows(text, "F")).toThrow(/^.{1,500}$/);
    }
  });
});

describe("an MBPP row", () => {
  it("whose assert calls nothing, and whose reference defines nothing, is refused with its line", () => {
    const without = { ...mbppRow, code: "x = 1", test_list: ["assert x == 1"] };
    expect(() => parseCodeProblems(line(without), mbpp, "F")).toThrow(
      /^tasks: F line 1 has no "test_list" that is a list whose first assert calls a function; name a/,
    );
  });

  it("takes what its assert calls, not a keyword before a bracket", () => {
    const entry = (test: string, code = mbppRow.code) =>
      parseCodeProblems(line({ ...mbppRow, code, test_list: [test] }), mbpp, "F")[0].entryPoint;
    expect(entry("assert (add(1, 2)) == 3")).toBe("add");
    expect(entry("assert not (other (1) in (2,))", "x = 1")).toBe("other");
    expect(entry("assert set(add(1, 2)) == {3}")).toBe("add");
    expect(entry("assert add (1, 2) == 3", "  def add (a, b): pass")).toBe("add");
    expect(entry("assert x == 3")).toBe("add");
  });
});
