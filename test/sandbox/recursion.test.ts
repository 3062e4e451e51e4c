/**
 * How deep programs may recurse: to Python's own limit and its RecursionError,
 * through whatever calls what, and with a higher limit as deep as Python's C
 * stack goes; always to the same depth, in a fresh interpreter as in a used one.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProgramResult } from "../../src/lib/sandbox/config.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

/**
 * `f(n)` calls itself with n + 1 by way of something that is written in C, and counts its calls in `calls`.
 */
const through: Readonly<Record<string, string>> = {
  "a plain call": "f(n + 1)",
  "a comprehension": "[f(n + 1) for _ in [1]]",
  "a generator": "sum(f(n + 1) for _ in [1])",
  "a key of sorted": "sorted([1], key=lambda _: f(n + 1))",
  "a key of max": "max([1], key=lambda _: f(n + 1))",
  "a comparison of sorted": "sorted([1, 2], key=functools.cmp_to_key(lambda a, b: f(n + 1)))",
  map: "list(map(f, [n + 1]))",
  filter: "list(filter(f, [n + 1]))",
  reduce: "functools.reduce(lambda a, b: f(n + 1), [1, 2])",
  partial: "functools.partial(f, n + 1)()",
  lru_cache: "cached(n + 1)",
  "re.sub": "re.sub('a', lambda _: f(n + 1), 'a')",
  __call__: "C()(n + 1)",
  __repr__: "repr([C(n + 1)])",
  __eq__: "[C(n + 1)] == [C(n + 1)]",
  __getattr__: "C(n + 1).missing",
  __init__: "D(n + 1)",
  __hash__: "hash((C(n + 1),))",
  __next__: "next(C(n + 1))",
  __contains__: "1 in C(n + 1)",
  __missing__: "E()[n + 1]",
};

const program = (call: string, limit: number | null) => `
import functools, re, sys
${limit === null ? "" : `sys.setrecursionlimit(${limit})`}
calls = 0
class C:
    def __init__(self, n=0): self.n = n
    def __call__(self, n): return f(n)
    def __repr__(self): return f(self.n) or ""
    def __eq__(self, other): return f(self.n)
    def __getattr__(self, name): return f(self.n)
    def __hash__(self): return f(self.n)
    def __next__(self): return f(self.n)
    def __contains__(self, x): return f(self.n)
class D:
    def __init__(self, n): f(n)
class E(dict):
    def __missing__(self, n): return f(n)
def f(n):
    global calls
    calls += 1
    return ${call}
cached = functools.lru_cache(None)(f)
try: f(0)
except RecursionError: print(calls)
`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
});
afterAll(() => sandbox.close());

const run = (programs: readonly string[], where = sandbox): Promise<ProgramResult[]> =>
  where.run(programs.map((text, i) => ({ id: `${i}`, program: text, timeoutSeconds: 30 })));

describe("recursion", { timeout: 120_000 }, () => {
  const kinds = Object.entries(through);
  it("goes to Python's limit through whatever calls what, and ends in a RecursionError", async () => {
    const results = await run(kinds.map(([, call]) => program(call, null)));
    // Where one round takes one, two or three calls of Python
    // functions, the limit of 1000 is met so much sooner.
    const depths = results.map(({ output }) => Number(output));
    const near = depths.map(depth => [1, 2, 3].some(calls => Math.abs(depth - 1000 / calls) < 10));
    expect(Object.fromEntries(kinds.map(([name], i) => [name, near[i] || results[i]]))).toEqual(
      Object.fromEntries(kinds.map(([name]) => [name, true])),
    );
  });
  it("goes thousands of calls deep under a raised limit, and ends in a RecursionError", async () => {
    const results = await run(kinds.map(([, call]) => program(call, 60_000)));
    const depths = results.map(({ output }) => Number(output));
    expect(results.map(result => result.error)).toEqual(kinds.map(() => null));
    expect(Math.min(...depths)).toBeGreaterThan(4900);
    // sorted takes 2 KiB of Python's C stack a call
    expect(depths.filter(depth => depth < 9500)).toHaveLength(2);
  });
  it("ends as deep in a fresh interpreter as in one that has run hundreds of programs", async () => {
    const some = ["map", "lru_cache", "re.sub", "__repr__", "__getattr__"];
    const programs = some.map(name => program(through[name], 60_000));
    const fresh = await Sandbox.open();
    const first = await run(programs, fresh);
    await fresh.close();
    await run(
      Array.from(
        { length: 100 },
        () => "sorted([3, 1, 2], key=lambda x: -x)\nassert list(map(abs, [-1])) == [1]",
      ),
    );
    const later = await run([...programs].reverse());
    expect(later.reverse().map(result => result.output)).toEqual(first.map(result => result.output));
  });
  it("of plain functions goes as deep as the program says", async () => {
    const deep =
      "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return 0 if n == 0 else 1 + f(n - " +
      "1)\nassert f(50000) == 50000";
    expect((await run([deep]))[0]).toMatchObject({ outcome: "passed", error: null });
  });
  it("that nobody catches is a failure that names it", async () => {
    const [result] = await run(["def f(n): return list(map(f, [n]))\nf(0)"]);
    expect(result).toMatchObject({
      outcome: "failed",
      error: "RecursionError: maximum recursion depth exceeded (line 1)",
    });
  });
});

describe("data nested a hundred thousand deep", () => {
  const nested = "x = []\nfor _ in range(100000): x = [x]\n";
  it.each([
    ["is freed", `${nested}del x`],
    [
      "is freed as a linked list",
      "h = None\nclass N:\n    def __init__(s, n): s.n = n\nfor i in range(100000): h = N(h)\ndel h",
    ],
    ["is compared", `${nested}y = []\nfor _ in range(100000): y = [y]\nx == y`],
    ["is hashed", "x = ()\nfor _ in range(100000): x = (x,)\nhash(x)"],
    [
      "is copied",
      `import copy\n${nested}try: copy.deepcopy(x)\nexcept RecursionError: pass\nelse: assert False`,
    ],
    [
      "is pickled",
      `import pickle\n${nested}try: pickle.dumps(x)\nexcept RecursionError: pass\nelse: assert False`,
    ],
    [
      "is read from JSON",
      "import json\ntry: json.loads('[' * 10**6)\nexcept RecursionError: pass\nelse: assert False",
    ],
    [
      "is parsed",
      "try: eval('-' * 100000 + '1')\nexcept (MemoryError, RecursionError): pass\nelse: assert False",
    ],
    [
      "is compiled",
      "try: compile('x' + '.a' * 100000, '', 'eval')\nexcept RecursionError: pass\nelse: assert False",
    ],
    [
      "is a regular expression",
      "import re\ntry: re.compile('(' * 20000 + ')' * 20000)\nexcept RecursionError: pass\nelse: " +
        "assert False",
    ],
  ])("%s or refused, and the interpreter lives", async (_, text) => {
    expect((await run([text]))[0]).toMatchObject({ outcome: "passed", error: null });
  });
});
