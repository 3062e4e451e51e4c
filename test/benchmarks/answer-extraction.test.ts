import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extractAnswers, readPrograms } from "../../src/lib/benchmarks/answer-extraction.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";
import { wholeText } from "../../src/lib/tasks/answer-extraction.js";
import { readAnswer } from "../../src/lib/tasks/answer-file.js";
import { parseCodeProblems } from "../../src/lib/tasks/code-problem-file.js";
import { mbpp } from "../../src/lib/tasks/mbpp.js";
import { pythonLiteral } from "../../src/lib/tasks/python-literal.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

async function extract(text: string, ...names: string[]): Promise<string> {
  const answer = { ...wholeText(text), names: names.length > 0 ? names : ["f"] };
  const [{ program, error }] = await extractAnswers([answer], sandbox);
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

describe("also kept, which the sanitizer drops", () => {
  it.each([
    [
      "decorated functions and classes",
      "@d.e(1)\ndef g():\n    return 1\nx = 1\n@ d\n@e\nclass A:\n    pass\ndef f():\n    return g(A)",
      "@d.e(1)\ndef g():\n    return 1\n@ d\n@e\nclass A:\n    pass\ndef f():\n    return g(A)",
    ],
    [
      "procedures and generators",
      "def g(x):\n    x.sort()\ndef h():\n    yield 1\ndef k():\n    pass\ndef f(x):\n    g(x)\n    " +
        "return h()",
      "def g(x):\n    x.sort()\ndef h():\n    yield 1\ndef f(x):\n    g(x)\n    return h()",
    ],
    [
      "a function asked for that returns nothing",
      "y = 1\ndef f(x):\n    x.sort()",
      "def f(x):\n    x.sort()",
    ],
    [
      "variables of an unpacking",
      "a, b = 1, 2\ndef f():\n    return a",
      "a, b = 1, 2\ndef f():\n    return a",
    ],
    [
      "but of two functions of a name the one that returns",
      "def f():\n    pass\n@d\ndef f():\n    return 1\ndef f():\n    return 2",
      "def f():\n    return 2",
    ],
  ])("%s", async (_, text, program) => {
    expect(await extract(text)).toBe(program);
  });

  it("whatever else the tests name", async () => {
    const text =
      "class A:\n    pass\ndef g():\n    return 1\ndef h():\n    return g()\ndef k():\n    return " +
      "1\ndef f():\n    return 2";
    expect(await extract(text, "f", "A", "h", "absent")).toBe(
      "class A:\n    pass\ndef g():\n    return 1\ndef h():\n    return g()\ndef f():\n    return 2",
    );
  });
});

describe("an answer in markdown or with an end token", () => {
  const [problem] = parseCodeProblems(
    JSON.stringify({ task_id: 1, text: "t", code: "def f(): return 1", test_list: ["assert f() == 1"] }),
    mbpp,
    "F",
  );
  const read = async (text: string, form: "solution" | "completion" = "solution") => {
    const answer = readAnswer({ problem, sample: 0, form, text }, "texts");
    return (await readPrograms([answer], sandbox))[0].program;
  };
  const program = "print(1)\ndef f():\n    return 1";

  it.each([
    ["is a program as it stands", program, program],
    ["is extracted from its fence", `Yes:\n\`\`\`python\n${program}\n\`\`\`\n`, "def f():\n    return 1"],
    [
      "stays a program where the fence is part of a docstring",
      `${program}\n"""\n\`\`\`\nf()\n\`\`\`\n"""\n`,
      `${program}\n"""\n\`\`\`\nf()\n\`\`\`\n"""\n`,
    ],
    ["ends at a token on its last line", `${program}<|im_end|>`, program],
    ["ends at the first of many", `${program}</s><|endoftext|>\n<|endoftext|>`, program],
    ["says nothing after it", `${program}\n<|endoftext|>Human: and now?`, `${program}\n`],
    ["may hold such a token in a string", `${program}\nx = '<|im_end|>'`, `${program}\nx = '<|im_end|>'`],
    ["and in a docstring", `"""\n<s>a</s>\n"""\n${program}`, `"""\n<s>a</s>\n"""\n${program}`],
    ["in a fence loses the token too", `\`\`\`\n${program}<|eot_id|>\n\`\`\``, "def f():\n    return 1"],
  ])("%s", async (_, text, expected) => {
    expect(await read(text)).toBe(expected);
  });

  it("as a completion follows its prompt up to the token", async () => {
    expect(await read("def f():\n    return 'é'<|endoftext|>x = 1", "completion")).toBe(
      "def f():\n    return 'é'",
    );
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
    const program =
      `assert [ord(c) for c in ${pythonLiteral(text)}] == [${points}]\nassert ` +
      `${pythonLiteral("\udc00")} == chr(0xdc00)`;
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
    const slow = { ...wholeText(long(() => "@decorator", 500)), names: ["f"] };
    const fast = { ...wholeText("x = 1\ndef f():\n    return x"), names: ["f"] };
    const [first, second] = await extractAnswers([slow, fast], sandbox, 2);
    expect(first).toEqual({ program: "", error: "no program could be extracted: not finished after 2 s" });
    expect(second).toEqual({ program: fast.text, error: null });
  }, 30_000);
});
