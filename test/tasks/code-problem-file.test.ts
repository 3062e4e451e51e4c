import { describe, expect, it } from "vitest";
import { parseCodeProblems } from "../../src/lib/tasks/code-problem-file.js";
import { humaneval } from "../../src/lib/tasks/humaneval.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";

const twice = {
  task_id: "HumanEval/0",
  prompt: 'def twice(x):\n    """Double x."""\n',
  entry_point: "twice",
  canonical_solution: "    return 2 * x\n",
  test: "def check(candidate):\n    assert candidate(2) == 4\n",
};
const pairs = {
  text: "Write a function to pair a list.",
  code: "def helper(x):\n  return x\ndef pair(xs):\n  return list(zip(xs[::2], xs[1::2]))",
  task_id: 7,
  test_setup_code: "LIMIT = 1",
  test_list: ["assert pair([1, 2]) == [(1, 2)]", "assert pair([]) == []"],
  challenge_test_list: ["assert pair([1, 2, 3, 4]) == [(1, 2), (3, 4)]"],
};

const lines = (...rows: readonly unknown[]) => rows.map(row => JSON.stringify(row)).join("\n");
const fromHumanEval = (...rows: readonly unknown[]) => parseCodeProblems(lines(...rows), humaneval, "F");
const fromMbpp = (...rows: readonly unknown[]) => parseCodeProblems(lines(...rows), mbpp, "F");

describe("a HumanEval file", () => {
  it("has a check function as its base tests and no plus tests", () => {
    expect(fromHumanEval(twice)).toEqual([
      {
        id: "HumanEval/0",
        task: "humaneval",
        split: "test",
        form: "",
        combination: "HumanEval/0",
        prompt: twice.prompt,
        entryPoint: "twice",
        solution: twice.prompt + twice.canonical_solution,
        tests: { kind: "script", prelude: "", base: [`${twice.test}\ncheck(twice)\n`], plus: null },
      },
    ]);
  });

  it("whose script is EvalPlus's has plus tests and none that are base alone", () => {
    const test = "def assertion(out, exp, atol):\n    assert out == exp\n\ndef check(candidate):\n    pass\n";
    const [{ tests }] = fromHumanEval({ ...twice, test });
    expect(tests).toMatchObject({ base: null, plus: [`${test}\ncheck(twice)\n`] });
  });

  it("puts a function of the prompt before the answer when the tests call it", () => {
    const head = "def half(x):\n    return x / 2\n\n\n";
    const calls = "def check(candidate):\n    assert candidate(half(4)) == 4\n";
    const prompt = head + twice.prompt;
    expect(fromHumanEval({ ...twice, prompt, test: calls })[0].tests).toMatchObject({ prelude: head });
    expect(fromHumanEval({ ...twice, prompt })[0].tests).toMatchObject({ prelude: "" });
  });
});

describe("an MBPP file", () => {
  it("is put as EvalPlus puts it, its asserts after their set-up, the challenge as plus", () => {
    const [problem] = fromMbpp(pairs);
    expect(problem.id).toBe("Mbpp/7");
    expect(problem.prompt).toBe(
      '"""\nWrite a function to pair a list.\nassert pair([1, 2]) == [(1, 2)]\n"""\n',
    );
    expect(problem.tests).toEqual({
      kind: "script",
      prelude: "",
      base: ["LIMIT = 1\nassert pair([1, 2]) == [(1, 2)]", "LIMIT = 1\nassert pair([]) == []"],
      plus: ["LIMIT = 1\nassert pair([1, 2, 3, 4]) == [(1, 2), (3, 4)]"],
    });
  });

  it("names the function that its first assert calls, also inside other calls", () => {
    const wrapped = { ...pairs, test_list: ["assert set(len(pair([1, 2]))) == {1}"] };
    expect(fromMbpp(pairs, { ...wrapped, task_id: 8 }).map(p => p.entryPoint)).toEqual(["pair", "pair"]);
  });

  it("sanitized, one JSON array with imports, has base tests only", () => {
    const { text, test_list, code } = pairs;
    const row = { task_id: 2, prompt: text, code, test_imports: ["import math", "import re"], test_list };
    const [problem] = parseCodeProblems(JSON.stringify([row], null, 2), mbpp, "F");
    expect(problem.tests).toMatchObject({
      base: [`import math\nimport re\n${test_list[0]}`, `import math\nimport re\n${test_list[1]}`],
      plus: null,
    });
  });

  it("of evalplus/mbppplus has its script as plus tests", () => {
    const row = {
      ...pairs,
      challenge_test_list: [],
      test_setup_code: undefined,
      test: "assert pair([3, 4])",
    };
    expect(fromMbpp(row)[0].tests).toMatchObject({ plus: ["\nassert pair([3, 4])"] });
  });
});

describe("a file of EvalPlus", () => {
  const row =
    '{"task_id": "Mbpp/2", "prompt": "P", "entry_point": "f", "canonical_solution": "S", ' +
    '"base_input": [[1.0, NaN]], "plus_input": [[-Infinity, 12345678901234567890]], "atol": 0}';

  it("keeps its line as it is: 1.0 stays a float, long integers stay exact, NaN is allowed", () => {
    const [{ tests, solution }] = parseCodeProblems(row, mbpp, "F");
    expect(tests).toEqual({ kind: "inputs", json: row, hasPlus: true, rules: mbpp.inputRules });
    expect(solution).toBe("PS");
  });

  it("without plus inputs has base tests only", () => {
    const [{ tests }] = parseCodeProblems(row.replace(/"plus_input": .*?\]\], /, ""), mbpp, "F");
    expect(tests).toMatchObject({ kind: "inputs", hasPlus: false });
  });

  it("in an array, where numbers would lose their kind, is refused", () => {
    expect(() => parseCodeProblems(`[${row}]`, mbpp, "F")).toThrow(/F entry 1 .*write one object a line/);
  });
});

describe("a file is refused by line and field", () => {
  it.each([
    ["no JSON", "{", /F line 1 is not valid JSON/],
    ["no object", "3", /F line 1 is not a JSON object/],
    ["empty", " \n", /F is empty/],
    ["no id", lines({ ...twice, task_id: undefined }), /F line 1 has no "task_id"/],
    ["no prompt", lines(twice, { ...twice, task_id: "x", prompt: 3 }), /F line 2 has no "prompt"/],
    ["an entry point that is code", lines({ ...twice, entry_point: "f)(" }), /line 1 has no "entry_point"/],
    ["an id twice", lines(twice, twice), /"HumanEval\/0" twice/],
    [
      "another benchmark",
      lines({ ...twice, task_id: "Mbpp/3" }),
      /"Mbpp\/3", which is not of humaneval; pass --task mbpp/,
    ],
  ])("%s", (_, text, sentence) => {
    expect(() => parseCodeProblems(text, humaneval, "F")).toThrow(sentence);
  });
});
