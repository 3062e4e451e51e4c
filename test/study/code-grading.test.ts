import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gradePrograms } from "../../src/lib/study/code-grading.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";
import { parseCodeProblems } from "../../src/lib/tasks/code-problem-file.js";
import { humaneval } from "../../src/lib/tasks/humaneval.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";
import type { FileTask } from "../../src/lib/tasks/task.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

async function grade(
  task: FileTask,
  row: Record<string, unknown> | string,
  program: string,
  seconds?: number,
) {
  const [problem] = parseCodeProblems(typeof row === "string" ? row : JSON.stringify(row), task, "F");
  const [result] = await gradePrograms([{ problem, program }], sandbox, seconds);
  return result;
}

/** [base, plus] */
async function verdict(...args: Parameters<typeof grade>): Promise<[boolean | null, boolean | null]> {
  const { passedBase, passedPlus } = await grade(...args);
  return [passedBase, passedPlus];
}

/**
 * A row of EvalPlus's layout whose reference solution is
 * `code`; the first input is base, the others are plus.
 */
function inputs(entry: string, code: string, list: readonly unknown[], more: Record<string, unknown> = {}) {
  return {
    task_id: "X/1",
    prompt: "",
    entry_point: entry,
    canonical_solution: code,
    base_input: list.slice(0, 1),
    plus_input: list.slice(1),
    atol: 0,
    ...more,
  };
}
const lambda = (name: string, body: string) => `${name} = lambda *a: ${body}\n`;

describe("tests that are Python source", () => {
  const row = {
    task_id: 1,
    text: "Double x.",
    code: "def twice(x):\n    return 2 * x",
    test_list: ["assert twice(1) == 2", "assert twice(2) == 4"],
    challenge_test_list: ["assert twice(-1) == -2"],
  };
  it.each([
    ["right", "def twice(x):\n    return 2 * x", [true, true]],
    ["right on the base tests only", "def twice(x):\n    return abs(2 * x)", [true, false]],
    [
      "right on one base test of two and on plus",
      "def twice(x):\n    return -2 if x < 0 else 2",
      [false, false],
    ],
    ["nothing", "", [false, false]],
    ["not Python", "def twice(", [false, false]],
  ])("a program that is %s", async (_, program, expected) => {
    expect(await verdict(mbpp, row, program)).toEqual(expected);
  });

  it("an endless program is out of time, and what passed before counts", async () => {
    const program = "def twice(x):\n    while x < 0: pass\n    return 2 * x";
    expect(await grade(mbpp, row, program, 1)).toEqual({
      passedBase: true,
      passedPlus: false,
      outcome: "timeout",
      error: "not finished after 1 s",
      shared: false,
    });
  });

  it("of Hugging Face's EvalPlus find the comparison of NumPy that they import", async () => {
    const test = `import numpy as np

def assertion(out, exp, atol):
    if not out == exp:
        assert np.allclose(out, exp, rtol=1e-07, atol=atol)

def check(candidate):
    for inp, exp in zip([[1.0], [2.0]], [2.0, 4.0]):
        assertion(candidate(*inp), exp, 1e-06)
`;
    const hub = { task_id: "X/0", prompt: "", entry_point: "twice", canonical_solution: "", test };
    const program = (error: string) => `def twice(x):\n    return 2 * x + ${error}`;
    expect(await verdict(humaneval, hub, program("1e-8"))).toEqual([null, true]);
    expect(await verdict(humaneval, hub, program("1e-4"))).toEqual([null, false]);
  });
});

describe("functions of a prompt that the tests call", () => {
  const test = "def check(candidate):\n    assert candidate(shift(2)) == 2\n";
  const prompt = "def shift(x):\n    return x + 1\n\ndef back(x):\n    pass\n";
  const row = { task_id: "X/0", prompt, entry_point: "back", canonical_solution: "    return x - 1\n", test };
  const back = "def back(x):\n    return x - 1\n";
  it.each([
    ["may be missing from an answer", back, true],
    ["are the tests' own, whatever the answer calls so", `def shift(x):\n    return 3\n${back}`, true],
    ["are not lent to the answer", "def back(x):\n    return shift(x) - 2\n", false],
    ["leave an answer its first line", `from __future__ import annotations\n${back}`, true],
  ])("%s", async (_, program, passed) => {
    expect(await verdict(humaneval, row, program)).toEqual([passed, null]);
  });
});

describe("tests that are inputs", () => {
  const sign = inputs("sign", lambda("sign", "(a[0] > 0) - (a[0] < 0)"), [[3], [-3], [0]]);
  it.each([
    ["right", lambda("sign", "(a[0] > 0) - (a[0] < 0)"), [true, true]],
    ["right on base only", lambda("sign", "1"), [true, false]],
    ["wrong", lambda("sign", "2"), [false, false]],
    ["without the function", "x = 1", [false, false]],
    ["not Python", "x = (", [false, false]],
    ["raising", lambda("sign", "1 / 0"), [false, false]],
    ["leaving early", "raise SystemExit(0)", [false, false]],
    ["leaving in a call", "def sign(x):\n    raise SystemExit(0)", [false, false]],
    [
      "ending the interpreter after base",
      "import os\ndef sign(x):\n    return 1 if x > 0 else os._exit(0)",
      [true, false],
    ],
  ])("a program that is %s", async (_, program, expected) => {
    expect(await verdict(humaneval, sign, program)).toEqual(expected);
  });

  it("run base and plus apart, so that an answer remembers nothing of one in the other", async () => {
    const forgetful =
      "calls = []\ndef sign(x):\n    calls.append(x)\n    return (x > 0) - (x < 0) if len(calls) < 3 " +
      "else None";
    expect(await verdict(humaneval, sign, forgetful)).toEqual([true, true]);
    expect(await verdict(humaneval, sign, forgetful.replace("3", "2"))).toEqual([true, false]);
  });

  it("say which input failed and how, or that the reference itself does", async () => {
    expect(await grade(humaneval, sign, lambda("sign", "1"))).toMatchObject({
      outcome: "failed",
      error: "plus input 0 gives 1, not -1",
    });
    const broken = inputs("sign", "def sign(x):\n    return x.y\n", [[1]]);
    expect((await grade(humaneval, broken, lambda("sign", "1"))).error).toMatch(
      /^the reference solution itself fails: AttributeError/,
    );
  });

  it("without plus inputs leave plus open", async () => {
    const { plus_input: _, ...base } = sign;
    expect(await verdict(humaneval, base, lambda("sign", "1"))).toEqual([true, null]);
  });

  it("keep integers and floats of the file apart, and integers exact", async () => {
    const kinds =
      '{"task_id": "X/1", "prompt": "", "entry_point": "f", "canonical_solution": "f = lambda x: ' +
      'repr(x)", "base_input": [[1], [1.0], [1e999]], "plus_input": [[123456789012345678901234567890], ' +
      "[-Infinity]]}";
    expect(await verdict(humaneval, kinds, "f = repr")).toEqual([true, true]);
    expect(await verdict(humaneval, kinds, "f = lambda x: repr(float(x))")).toEqual([false, false]);
  });

  it("may be changed by the program without harm to the next comparison", async () => {
    const drain = inputs("total", "def total(x):\n    return sum(x)\n", [[[1, 2]], [[3]]]);
    expect(
      await verdict(humaneval, drain, "def total(x):\n    n = sum(x)\n    x.clear()\n    return n"),
    ).toEqual([true, true]);
  });

  it("an input that takes longer than a second and four times the reference fails", async () => {
    const slow =
      "import time\ndef sign(x):\n    t = time.perf_counter()\n    while time.perf_counter() < t + " +
      "1.2: pass\n    return 1\n";
    expect((await grade(humaneval, sign, slow)).error).toMatch(/^base input 0 took 1\.\d s, more than 1\.0$/);
  });
});

describe("a result is right", () => {
  const value = (reference: string, atol = 0) => inputs("f", lambda("f", reference), [[1], [2]], { atol });
  it.each([
    ["floats within 1e-6", "0.1 + 0.2", 0, "0.3", true],
    ["floats a little further", "0.1 + 0.2", 0, "0.30001", false],
    ["lists of floats", "[1.0, 2.0]", 0, "[1.0, 2.0 + 1e-9]", true],
    ["lists of other lengths", "[1.0, 2.0]", 0, "[1.0]", false],
    ["an integer for a float that it equals", "2.0", 0, "2", true],
    ["an integer for a float that it is near", "2.0000001", 0, "2", false],
    ["a tuple for a list", "[1.0, 2.0]", 0, "(1.0, 2.0)", false],
    ["integers are not compared loosely", "10 ** 9", 0, "10 ** 9 + 1", false],
    ["within the problem's own tolerance", "3.0", 0.01, "3.009", true],
    ["nested floats within the problem's own tolerance", "[[1.0], [2.0]]", 0.01, "[[1.0], [2.001]]", true],
    ["ragged lists have no tolerance", "[[1.0, 2.0], [3.0]]", 0.01, "[[1.0, 2.0], [3.001]]", false],
    ["infinity", "float('inf')", 0, "float('inf')", true],
    ["a large number for infinity", "float('inf')", 0, "1e308", false],
    ["never NaN", "float('nan')", 0, "float('nan')", false],
    ["a text, exactly", "'a'", 0.01, "'b'", false],
  ])("%s", async (_, reference, atol, answer, right) => {
    expect(await verdict(humaneval, value(reference, atol), lambda("f", answer))).toEqual([right, right]);
  });

  it.each([
    [
      "find_zero by the polynomial's value",
      humaneval,
      "find_zero",
      [[[-1.0, 2.0]], [[4.0, -2.0]]],
      "0.0",
      "-a[0][0] / a[0][1]",
      "0.4",
    ],
    ["sum_div also by 0", mbpp, "sum_div", [[8], [12]], "7", "0", "6"],
    [
      "surface_Area also by the perpendicular height",
      mbpp,
      "surface_Area",
      [
        [3, 4],
        [3, 4],
      ],
      "1",
      "35",
      "36",
    ],
    [
      "digit_distance_nums also padded with zeros",
      mbpp,
      "digit_distance_nums",
      [
        [1, 2],
        [23, 456],
      ],
      "99",
      "1 if a[0] == 1 else 10",
      "2",
    ],
    [
      "similar_elements as sets",
      mbpp,
      "similar_elements",
      [
        [
          [3, 4],
          [4, 3],
        ],
        [
          [3, 4],
          [3, 4],
        ],
      ],
      "(3, 4)",
      "[4, 3, 3]",
      "[4]",
    ],
    ["check_str by whether there is a result", mbpp, "check_str", [["a"], ["b"]], "a", "'anything'", "None"],
    ["are_equivalent by returning at all", mbpp, "are_equivalent", [[1], [2]], "True", "False", "1 / 0"],
  ] as const)("%s", async (_, benchmark, entry, list, reference, right, wrong) => {
    const row = inputs(entry, lambda(entry, reference), list, { atol: entry === "find_zero" ? 1e-4 : 0 });
    expect(await verdict(benchmark, row, lambda(entry, right))).toEqual([true, true]);
    expect(await verdict(benchmark, row, lambda(entry, wrong))).toEqual([false, false]);
  });

  it("MBPP's inputs become tuples, sets and complex numbers where the problem wants them", async () => {
    const shown = (task: string, input: unknown, expected: string) =>
      verdict(
        mbpp,
        inputs("f", lambda("f", expected), [[input], [input]], { task_id: task }),
        lambda("f", "repr(a[0])"),
      );
    expect(await shown("Mbpp/2", [1, 2], "'(1, 2)'")).toEqual([true, true]);
    expect(await shown("Mbpp/63", [[1, 2], [3]], "'[(1, 2), (3,)]'")).toEqual([true, true]);
    expect(await shown("Mbpp/115", [[1], []], "'[{1}, {}]'")).toEqual([true, true]);
    expect(await shown("Mbpp/252", "1+2j", "'(1+2j)'")).toEqual([true, true]);
    expect(await shown("Mbpp/580", [1, [2]], "'(1, (2,))'")).toEqual([true, true]);
    expect(await shown("Mbpp/3", [1, 2], "'[1, 2]'")).toEqual([true, true]);
  });
});

describe("an answer that would rather look right fails", () => {
  const nine = inputs("f", lambda("f", "9"), [[1], [2]]);
  const nines = inputs("f", lambda("f", "9.5"), [[1], [2]], { atol: 0.1 });
  it.each([
    ["an object that equals everything", "class E:\n    def __eq__(s, o): return True\nf = lambda x: E()"],
    ["inside a list", "class E(int):\n    def __eq__(s, o): return True\nf = lambda x: [E()]"],
    [
      "patched built-ins",
      "import builtins\nbuiltins.bool = lambda x: True\nbuiltins.abs = lambda x: 0\nf = lambda x: 1.0",
    ],
    ["printing", "print('base', flush=True)\nprint('passed')\nf = lambda x: 1"],
    [
      "looking for the judge",
      "import __main__, sys\nfor n, v in list(vars(__main__).items()):\n    if n[0] != '_': " +
        "setattr(__main__, n, None)\nf = lambda x: 1",
    ],
    [
      "a float that is near to everything",
      "class E(float):\n    def __sub__(s, o): return 0.0\n    __rsub__ = __sub__\nf = lambda x: E(1)",
    ],
  ])("%s", async (_, program) => {
    expect(await verdict(humaneval, nine, program)).toEqual([false, false]);
    expect(await verdict(humaneval, nines, program)).toEqual([false, false]);
  });
});
