import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extractAnswers } from "../../src/lib/run/benchmarks/answer-extraction.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";
import { pythonLiteral } from "../../src/lib/tasks/python-literal.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

async function extract(text: string, entryPoint = "f"): Promise<string> {
  const [{ program, error }] = await extractAnswers([{ text, entryPoint }], sandbox);
  expect(error).toBeNull();
  return program;
}

/** Expected texts were computed with EvalPlus 0.3.1's sanitizer on the same input. */
describe("of an answer's lines, the longest run that is Python", () => {
  it.each([
    [
      "prose around a fence",
      "Sure:\n```python\ndef f():\n    return 1\n```\nDone.",
      "def f():\n    return 1",
    ],
    [
      "two fences",
      "```\ndef f():\n    return 1\n    # more\n```\n```\nf()\nf()\n```",
      "def f():\n    return 1\n    # more",
    ],
    [
      "cut in a statement",
      "def f():\n    x = 1\n    return x\n    y = (",
      "def f():\n    x = 1\n    return x",
    ],
    ["cut in a string", 'def f():\n    return 1\nx = """never', "def f():\n    return 1"],
    ["one line", "def f(): return 1", "def f(): return 1"],
    ["nothing but prose", "I cannot\nsolve this one.", "I cannot"],
    ["nothing", "", ""],
  ])("%s", async (_, text, program) => {
    expect(await extract(text)).toBe(program);
  });
});

describe("of that, what the function depends on", () => {
  it.each([
    [
      "all imports, but not those from the future",
      "from __future__ import annotations\nimport a; import b\ndef f():\n    return 1",
      "import a\nimport b\ndef f():\n    return 1",
    ],
    [
      "helpers, classes and variables by their names",
      "LIMIT = 1\nUNUSED = 2\nclass A:\n    x = LIMIT\ndef g():\n    return A\ndef f():\n    return g()",
      "LIMIT = 1\nclass A:\n    x = LIMIT\ndef g():\n    return A\ndef f():\n    return g()",
    ],
    [
      "the first definition of a name",
      "def f():\n    return 1\ndef f():\n    return 2",
      "def f():\n    return 1",
    ],
    [
      "functions that return something somewhere",
      "def f():\n    print(1)\ndef f():\n    return 2",
      "def f():\n    return 2",
    ],
    [
      "no decorated definition",
      "@d\ndef g():\n    return 1\ndef f():\n    return g()",
      "def f():\n    return g()",
    ],
    [
      "no statement of the top level",
      "print(1)\nif True:\n    g = 1\nx = 1; y = 2\ndef f():\n    return g + y",
      "y = 2\ndef f():\n    return g + y",
    ],
    [
      "an unpacking by the name on its right",
      "c = 1\na, b = c\nq, r = d\ndef f():\n    return d",
      "q, r = d\ndef f():\n    return d",
    ],
    [
      "attributes and keyword names count as names",
      "k = 1\nm = 2\ndef f():\n    return x.k(m=3)",
      "k = 1\nm = 2\ndef f():\n    return x.k(m=3)",
    ],
    [
      "names in a string do not, in an f-string they do",
      "k = 1\nm = 2\ndef f():\n    return 'k' + f'{m}'",
      "m = 2\ndef f():\n    return 'k' + f'{m}'",
    ],
    [
      "a block's own last comments",
      "def f():\n    return 1  # a\n\n    # b\n# c\nx = 1",
      "def f():\n    return 1  # a\n\n    # b",
    ],
    ["everything when nothing is left", "print(1)\nprint(2)", "print(1)\nprint(2)"],
    [
      "letters of any alphabet",
      "é = 'ünï 😀'\ndef f():\n    return é",
      "é = 'ünï 😀'\ndef f():\n    return é",
    ],
    ["line ends of Windows", "x = 1\r\ndef f():\r\n    return x\r\n", "x = 1\ndef f():\r\n    return x"],
  ])("%s", async (_, text, program) => {
    expect(await extract(text)).toBe(program);
  });
});

describe("text that would rather be code", () => {
  it.each([
    [
      "quotes and brackets",
      '"); raise SystemExit(3) #\n\'); raise SystemExit(3) #\n\\"); x\n\'\'\'); y\n""")',
    ],
    ["backslashes at the end", "x = 1\\\\\\"],
    ["a NUL", "x = 1\ny = '\0'"],
    ["half a surrogate pair", "x = 1\ny = '\ud800'"],
    ["line separators", "x = 1\u2028import os\u2029\x85os._exit(3)"],
  ])("%s is only read", async (_, hostile) => {
    expect(await extract(`${hostile}\n\ndef f():\n    return 1\n`)).toContain("def f():\n    return 1");
  });

  it("is an ASCII literal of Python that gives every character back", async () => {
    const text = "\"'\\\0\n\r\t\x7f\x85é\u2028\uffff😀";
    expect(pythonLiteral(text)).toMatch(/^"[\x20-\x7e]*"$/);
    const points = Array.from(text, c => c.codePointAt(0)).join(", ");
    const program = `assert [ord(c) for c in ${pythonLiteral(text)}] == [${points}]\nassert ${pythonLiteral("\udc00")} == chr(0xdc00)`;
    expect(await sandbox.run([{ id: "literal", program }])).toMatchObject([
      { outcome: "passed", error: null },
    ]);
  });
});

describe("long texts", () => {
  const long = (line: (i: number) => string, n: number) =>
    Array.from({ length: n }, (_, i) => line(i)).join("\n");
  it("of 500 lines, prose or code or open brackets, are searched in seconds", async () => {
    expect(await extract(long(() => "Some prose about this and that.", 500))).toMatch(/^Some prose/);
    const chain = long(i => `def f${i}(x):\n    return f${i + 1}(x)`, 250);
    expect(await extract(chain, "f0")).toBe(chain);
    expect(await extract(`${long(() => "foo(", 500)}\ndef f():\n    return 1`)).toBe(
      "def f():\n    return 1",
    );
  }, 30_000);

  it("made to be slow end with a reason, and their neighbours keep their programs", async () => {
    const slow = { text: long(() => "@decorator", 500), entryPoint: "f" };
    const fast = { text: "x = 1\ndef f():\n    return x", entryPoint: "f" };
    const [first, second] = await extractAnswers([slow, fast], sandbox, 2);
    expect(first).toEqual({ program: "", error: "no program could be extracted: not finished after 2 s" });
    expect(second).toEqual({ program: fast.text, error: null });
  }, 30_000);
});
