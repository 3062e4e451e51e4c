/** What crosses between an answer and its tests, and how: `src/lib/sandbox/boundary.py`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProgramResult } from "../../src/lib/sandbox/config.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

async function graded(program: string, ...tests: string[]): Promise<ProgramResult> {
  return (await sandbox.run([{ id: "p", program, tests, timeoutSeconds: 20 }]))[0];
}

const fine = (count: number) => Array<boolean>(count).fill(true);

describe("plain data arrives as it was", () => {
  const values = [
    "None",
    "True",
    "0",
    "-5",
    "10**400",
    "-(2**12000)",
    "0.1",
    "-0.0",
    "float('inf')",
    "1e-320",
    "1+2j",
    "complex('nan+1j')",
    "''",
    "'é\\ud800\\x00\\n'",
    "b'\\x00\\xff'",
    "bytearray(b'ab')",
    "range(3, 9, 2)",
    "...",
    "[]",
    "[1, [2.0, ('a', None)]]",
    "()",
    "(1, (2,), [3])",
    "{1, 'a', (2, 3)}",
    "frozenset({1, frozenset()})",
    "{}",
    "{'a': 1, 'b': [2]}",
    "{1: {'x': (1,)}, (2, 3): b'k'}",
    "{True: 1, 2: 2}",
  ];
  it.each(values)("%s", async value => {
    const result = await graded(
      "def same(x): return x\ndef shown(x): return repr(x), type(x).__name__",
      `x = ${value}\nassert repr(same(x)) == repr(x) and type(same(x)) is type(x), repr(same(x))[:99]`,
      `x = ${value}\nassert shown(x) == (repr(x), type(x).__name__)`,
    );
    expect(result).toMatchObject({ outcome: "passed", shared: false });
  });
  it("values of the library that tests build and compare", async () => {
    const program = [
      "from collections import Counter, OrderedDict, defaultdict, deque, namedtuple",
      "from fractions import Fraction",
      "from decimal import Decimal",
      "import datetime",
      "P = namedtuple('P', 'x y')",
      "def all_of_them():",
      "    return [Counter('aab'), OrderedDict(a=1), defaultdict(int, {1: 2}), deque([1, 2], 3), P(1, 2),",
      "            Fraction(1, 3), Decimal('0.10'), datetime.date(2024, 2, 29), datetime.timedelta(1, 2, 3)]",
      "def views(): return {1: 2}.keys(), {1: 2}.values(), {1: 2}.items()",
    ];
    const tests = [
      "from collections import *\nassert all_of_them()[:4] == [{'a': 2, 'b': 1}, {'a': 1}, {1: 2}, " +
        "deque([1, 2], 3)]",
      "assert isinstance(all_of_them()[0], Counter) and all_of_them()[2][7] == 0 and " +
        "all_of_them()[3].maxlen == 3",
      "assert all_of_them()[4] == (1, 2) and all_of_them()[4].y == 2",
      "from fractions import Fraction\nfrom decimal import Decimal\nassert all_of_them()[5:7] == " +
        "[Fraction(1, 3), Decimal('0.10')]",
      "import datetime\nassert all_of_them()[7:] == [datetime.date(2024, 2, 29), datetime.timedelta(1, " +
        "2, 3)]",
      "a, b, c = views()\nassert a == {1} and list(b) == [2] and c == {(1, 2)}",
    ];
    expect((await graded(program.join("\n"), ...tests)).testsPassed).toEqual(fine(6));
  });
  it("1, 1.0 and True stay apart, and so do a list and a tuple", async () => {
    const result = await graded(
      "def kinds(*xs): return [type(x).__name__ for x in xs]",
      "assert kinds(1, 1.0, True, [], (), '1', b'1') == ['int', 'float', 'bool', 'list', 'tuple', " +
        "'str', 'bytes']",
    );
    expect(result.outcome).toBe("passed");
  });
  it("numbers and texts of a subclass are plain, and compared as such", async () => {
    const program =
      "import enum\nclass N(int): pass\nclass Size(enum.IntEnum):\n    BIG = 3\ndef f(): return [N(2), " +
      "Size.BIG]";
    expect((await graded(program, "assert f() == [2, 3] and type(f()[0]) is int")).outcome).toBe("passed");
  });
});

describe("what is one object stays one", () => {
  it("a container that the answer changes is changed for the tests", async () => {
    const program = [
      "def flip(xs): xs.reverse()",
      "def fill(d): d['k'] = [1]; d['k'].append(d['k'][0])",
      "def deep(x): x[0][1].add(5); x.append(x[0])",
      "def grow(b): b.extend(b'!')",
      "def last(q): q.appendleft(0)",
    ];
    const tests = [
      "a = [1, [2]]\nassert flip(a) is None and a == [[2], 1]",
      "d = {'a': 1}\nfill(d)\nassert d == {'a': 1, 'k': [1, 1]}",
      "s = {1}\nx = [[0, s]]\ndeep(x)\nassert s == {1, 5} and x[1] is x[0] and x[0][1] is s",
      "b = bytearray(b'a')\ngrow(b)\nassert b == b'a!'",
      "import collections\nq = collections.deque([1])\nlast(q)\nassert list(q) == [0, 1]",
      "a = [1, 2]\nb = a\ntry: flip(a, 1)\nexcept TypeError: pass\nassert b == [1, 2]",
    ];
    expect((await graded(program.join("\n"), ...tests)).testsPassed).toEqual(fine(6));
  });
  it("what was passed in comes back as itself", async () => {
    const program = "def same(x): return x\ndef both(x): return [x, x]\nclass C: pass\nc = C()";
    const tests = [
      "a = [1]\nassert same(a) is a and both(a)[0] is a",
      "b = both([1])\nassert b[0] is b[1]",
      "assert c is c and same(c) is c and both(c)[1] is c",
    ];
    expect((await graded(program, ...tests)).testsPassed).toEqual(fine(3));
  });
  it("a cycle is graded beside the answer, and that is said", async () => {
    const program = "def depth(x): return 1 if x[0] is x else 0";
    const result = await graded(
      program,
      "a = []\na.append(a)\nassert depth(a) == 1",
      "assert depth([1]) == 0",
    );
    expect(result).toMatchObject({ testsPassed: [true, true], shared: true });
  });
});

describe("functions and classes", () => {
  it("the answer calls functions of the tests, which may call it again", async () => {
    const program =
      "def apply(f, xs): return [f(x) for x in xs]\ndef twice(x): return 2 * x\ndef order(xs, key): " +
      "return sorted(xs, key=key)";
    const tests = [
      "assert apply(lambda x: x + 1, [1, 2]) == [2, 3]",
      "assert apply(lambda x: twice(x) + 1, [1, 2]) == [3, 5]",
      "assert order([3, 1, 2], key=lambda x: -x) == [3, 2, 1]",
      "assert apply(len, ['a', 'bb']) == [1, 2]",
      "seen = []\napply(seen.append, [1, 2])\nassert seen == [1, 2]",
    ];
    expect((await graded(program, ...tests)).testsPassed).toEqual(fine(5));
  });
  it("objects of the answer's classes have attributes, items, methods and a known class", async () => {
    const program = [
      "class Shape:\n    sides = 0\n    def area(self): return 0",
      "class Square(Shape):\n    sides = 4\n    def __init__(self, a): self.a = a\n    def area(self): " +
        "return self.a ** 2",
      "    def __len__(self): return self.sides\n    def __getitem__(self, i): return [self.a][i]\n    " +
        "def __repr__(self): return f'S({self.a})'",
      "class Stack(list):\n    def push(self, x): self.append(x)",
      "def make(a): return Square(a)",
      "def total(shapes): return sum(s.area() for s in shapes)",
    ];
    const tests = [
      "s = Square(3)\nassert s.a == 3 and s.area() == 9 and len(s) == 4 and s[0] == 3 and repr(s) == 'S(3)'",
      "assert isinstance(make(2), Square) and isinstance(make(2), Shape) and type(make(2)) is Square",
      "assert not isinstance(Shape(), Square) and Square.sides == 4 and Square.__name__ == 'Square'",
      "assert total([Square(1), make(2)]) == 5",
      "s = Square(3)\ns.a = 5\nassert s.area() == 25",
      "x = Stack()\nx.push(1)\nx.push(2)\nassert x == [1, 2] and len(x) == 2 and x.pop() == 2 and " +
        "list(x) == [1]",
    ];
    expect((await graded(program.join("\n"), ...tests)).testsPassed).toEqual(fine(6));
  });
  it("two of them are compared by the answer, and that is said", async () => {
    const program = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int";
    expect(await graded(program, "assert P(1) == P(1)\nassert P(1) != P(2)")).toMatchObject({
      outcome: "passed",
      shared: true,
    });
  });
  it("iterators are read one by one", async () => {
    const program =
      "def count():\n    n = 0\n    while True:\n        n += 1\n        yield n\ndef pairs(xs): " +
      "return zip(xs, xs[1:])";
    const tests = [
      "import itertools\nassert list(itertools.islice(count(), 3)) == [1, 2, 3]",
      "assert list(pairs([1, 2, 3])) == [(1, 2), (2, 3)]",
      "c = count()\nassert [next(c), next(c)] == [1, 2]",
    ];
    expect((await graded(program, ...tests)).testsPassed).toEqual(fine(3));
  });
  it("exceptions keep their class, also one of the answer's own", async () => {
    const program =
      "class Odd(ValueError): pass\ndef f(x):\n    if x == 1: raise Odd('one')\n    if x == 2: raise " +
      "KeyError('k')\n    return {}[x]";
    const tests = [
      "try: f(1)\nexcept Odd as e: assert str(e) == 'one'\nelse: assert False",
      "try: f(1)\nexcept ValueError: pass",
      "try: f(2)\nexcept KeyError as e: assert e.args == ('k',)",
      "f(3)",
    ];
    const result = await graded(program, ...tests);
    expect(result.testsPassed).toEqual([true, true, true, false]);
    expect(result.error).toBe("KeyError: 3 (line 1)");
  });
  it("a name that the answer rebinds is looked up anew", async () => {
    const program = "calls = []\nn = 0\ndef f():\n    global n\n    n += 1\n    calls.append(n)";
    expect(
      (await graded(program, "f()\nassert n == 1\nf()\nassert n == 2 and calls == [1, 2]")).outcome,
    ).toBe("passed");
  });
  it("a task named like a built-in is the answer's, where the tests name nothing else", async () => {
    const program = "def sum(a, b): return a * b";
    const tests = [
      "assert sum(2, 5) == 10",
      "def check(candidate):\n    assert candidate(2, 5) == 10\ncheck(sum)",
    ];
    expect((await graded(program, ...tests)).testsPassed).toEqual(fine(2));
  });
});

describe("a program that holds its own tests", () => {
  it("has them run apart, whatever their form", async () => {
    const program = "def f(x): return x + 1\n";
    const endings = [
      "assert f(1) == 2",
      "assert f(1) == 2\nassert f(2) == 3\nprint('done')",
      "METADATA = {'author': 'x'}\n\ndef check(candidate):\n    assert candidate(1) == 2\n\ncheck(f)",
      "for x in range(3):\n    assert f(x) == x + 1",
      "result = f(1)\nassert result == 2",
      "def test_f():\n    assert f(1) == 2\ntest_f()",
      "if __name__ == '__main__':\n    assert f(1) == 2",
    ];
    const right = await sandbox.run(endings.map((end, i) => ({ id: `${i}`, program: program + end })));
    expect(right.map(result => [result.outcome, result.error])).toEqual(endings.map(() => ["passed", null]));
    const wrong = await sandbox.run(
      endings.map((end, i) => ({ id: `${i}`, program: program.replace("+ 1", "+ 2") + end })),
    );
    expect(wrong.map(result => result.outcome)).toEqual(endings.map(() => "failed"));
  });
  it("names the line of its text that failed", async () => {
    const [result] = await sandbox.run([
      { id: "p", program: "def f(x):\n    return x\n\n# tests\nassert f(1) == 1\nassert f(2) == 3" },
    ]);
    expect(result.error).toBe("AssertionError: assert f(2) == 3 (line 6)");
  });
});
