/** Answers that try to pass without being right, and programs that try to reach the next one. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program, ProgramResult } from "../../src/lib/sandbox/config.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

/** The program with its tests handed over apart, and as one text. */
async function bothWays(program: string, tests: readonly string[]): Promise<ProgramResult[]> {
  const forms: Program[] = [
    { id: "apart", program, tests },
    { id: "one text", program: `${program}\n${tests.join("\n")}` },
  ];
  return sandbox.run(forms.map(form => ({ ...form, timeoutSeconds: 10 })));
}

async function outcomes(program: string, tests: readonly string[]): Promise<string[]> {
  return (await bothWays(program, tests)).map(result => result.outcome);
}

async function inTurn(...programs: string[]): Promise<ProgramResult[]> {
  return sandbox.run(programs.map((program, i) => ({ id: `${i}`, program, timeoutSeconds: 20 })));
}

const usual = ["assert f(1) == 2", "assert f([3]) == 'never mind'"];

describe("an object that claims to be equal is not the answer", () => {
  const objects = {
    "of a class with __eq__": "class A:\n    def __eq__(self, o): return True\ndef f(x): return A()",
    "with a static __eq__": "class A:\n    __eq__ = staticmethod(lambda o: True)\ndef f(x): return A()",
    "with a class method":
      "class A:\n    @classmethod\n    def __eq__(cls, o): return True\ndef f(x): return A()",
    "with a built-in": "class A:\n    __eq__ = bool\ndef f(x): return A()",
    "with a callable object":
      "class Y:\n    def __call__(self, *a): return True\nclass A:\n    __eq__ = Y()\ndef f(x): return A()",
    "with a metaclass that hides its class":
      "class A:\n    __class__ = int\n    def __eq__(self, o): return True\ndef f(x): return A()",
    "with a name in full width": "class A:\n    def __ｅｑ__(self, o): return True\ndef f(x): return A()",
    "behind weakref.proxy":
      "import weakref\nclass A:\n    def __eq__(self, o): return True\nkept = A()\ndef f(x): return " +
      "weakref.proxy(kept)",
    "in a mapping proxy":
      "import types\nclass A(dict):\n    def __eq__(self, o): return True\ndef f(x): return " +
      "types.MappingProxyType(A())",
    "in the data of a UserList":
      "import collections\nclass A:\n    def __eq__(self, o): return True\ndef f(x):\n    u = " +
      "collections.UserList()\n    u.data = A()\n    return u",
    "in a tuple, a list and a dict":
      "class A:\n    def __eq__(self, o): return True\ndef f(x): return ([{1: A()}],)",
    "made from int":
      "class A(int):\n    def __eq__(self, o): return True\n    __hash__ = int.__hash__\ndef f(x): " +
      "return A(7)",
    "made from str":
      "class A(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\ndef f(x): " +
      "return A('x')",
    "made from list": "class A(list):\n    def __eq__(self, o): return True\ndef f(x): return A([7])",
    "of a library class with another code":
      "import fractions\nF = fractions.Fraction\ndef yes(a, b): return True\nF.__eq__.__code__ = " +
      "yes.__code__\ndef f(x): return F(1, 3)",
    "that the encoder is told to see as equal":
      "import builtins, json\njson.dumps = json.JSONEncoder.encode = lambda *a: " +
      "'{}'\nbuiltins.isinstance = lambda *a: True\nclass A:\n    def __eq__(self, o): return " +
      "True\ndef f(x): return A()",
  };
  it.each(Object.entries(objects))("%s", async (_, program) => {
    expect(await outcomes(program, usual)).not.toContain("passed");
  });

  const asserts = {
    "a difference that is small": [
      "class A:\n    def __sub__(s, o): return 0\n    __rsub__ = __sub__\ndef f(x): return A()",
      "assert abs(f(1) - 0.25) < 1e-6",
    ],
    "a distance that is small": [
      "class A:\n    def __abs__(s): return 0\n    def __sub__(s, o): return s\ndef f(x): return A()",
      "assert abs(f(1) - 0.25) < 1e-6",
    ],
    "two comparisons with and": [
      "class A:\n    def __eq__(s, o): return True\ndef f(x): return A()",
      "assert f(1) == 2 and f(2) == 3",
    ],
    "a chain": ["class A:\n    def __eq__(s, o): return True\ndef f(x): return A()", "assert 2 == f(1) == 2"],
    "not unequal": [
      "class A:\n    def __ne__(s, o): return False\ndef f(x): return A()",
      "assert not f(1) != 2",
    ],
    "all of many": [
      "class A:\n    def __eq__(s, o): return True\ndef f(x): return A()",
      "assert all(f(x) == x + 1 for x in range(9))",
    ],
    membership: [
      "class A:\n    def __contains__(s, o): return True\n    def __eq__(s, o): return True\ndef f(x): " +
        "return A()",
      "assert 5 in f(1)",
    ],
    "membership in expected": [
      "class A:\n    def __eq__(s, o): return True\n    def __hash__(s): return 1\ndef f(x): return A()",
      "assert f(1) in [5, 6]",
    ],
    truth: ["class A: pass\ndef f(x): return A()", "assert f(1)"],
    "length compared by its result": [
      "class N(int):\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\nclass A:\n    " +
        "def __len__(s): return N(9)\ndef f(x): return A()",
      "assert len(f(1)) == 2",
    ],
    "a sorted copy": [
      "import builtins\nbuiltins.sorted = lambda *a, **k: [1, 2, 3]\ndef f(x): return x",
      "assert sorted(f([9])) == [1, 2, 3]",
    ],
    "a built-in of the answer's own": [
      "def sorted(*a, **k): return [1, 2, 3]\ndef f(x): return x",
      "assert sorted(f([9])) == [1, 2, 3]",
    ],
    "a module of the answer's own": [
      "import types\nmath = types.ModuleType('math')\nmath.isclose = lambda *a, **k: True\ndef f(x): " +
        "return 9",
      "assert math.isclose(f(1), 2)",
    ],
    "a module that the answer patched": [
      "import math\nmath.isclose = lambda *a, **k: True\ndef f(x): return 9",
      "assert math.isclose(f(1), 2)",
    ],
  } as const;
  it.each(Object.entries(asserts))("in an assert of %s", async (_, [program, test]) => {
    expect(await outcomes(program, [test])).not.toContain("passed");
  });
});

describe("success is nothing that an answer can produce", () => {
  it.each([
    [
      "an exception without words",
      "class E(BaseException):\n    def __str__(self): return ''\nE.__name__ = ''\nraise E",
    ],
    [
      "an exception whose class has no name",
      "class M(type):\n    @property\n    def __name__(cls): return ''\nclass E(BaseException, " +
        "metaclass=M):\n    def __str__(self):\n        self.__traceback__ = None\n        return " +
        "''\nraise E",
    ],
    [
      "an exception that reaches for its judge",
      "class E(BaseException):\n    def __str__(self):\n        import sys\n        f = " +
        "sys._getframe()\n        while f:\n            for name in ('describe', 'prepare', 'flush'): " +
        "f.f_globals[name] = lambda *a: ''\n            f = f.f_back\n        return ''\nraise E",
    ],
    ["leaving early", "raise SystemExit"],
    [
      "a program that names itself another module's",
      "import sys\nsys.modules['_peer'] = sys\nraise ValueError",
    ],
  ])("not %s", async (_, program) => {
    const results = await bothWays(program, usual);
    expect(results.map(result => result.outcome)).toEqual(["failed", "failed"]);
    expect(results.map(result => result.error)).not.toContain("");
  });

  it(
    "not what happens while a test calls: the tables of the boundary lie open, and say nothing of " +
      "the tests",
    async () => {
      const program = [
        "import sys",
        "def f(x):",
        "    frame = sys._getframe()",
        "    while frame:",
        "        g = frame.f_globals",
        "        for name in ('serve', 'serve_call', 'dumps', 'crossing', 'described'):",
        "            if name in g: g[name] = lambda *a: '{\"value\": true}'",
        "        frame = frame.f_back",
        "    return None",
      ];
      const results = await bothWays(program.join("\n"), ["assert f(1) == 2", "assert f(2) == 3"]);
      expect(results.map(result => result.outcome)).not.toContain("passed");
      expect(results[0].testsPassed).toEqual([false, false]);
    },
  );

  it("nor a failed test that claims that its values cannot cross", async () => {
    const own =
      "class CannotCross(Exception): pass\nclass A:\n    def __eq__(s, o): return True\ndef f(x):\n    " +
      "raise CannotCross('x')";
    const cycle = "def f(x):\n    x.append(x)\n    return x";
    expect(await outcomes(own, usual)).not.toContain("passed");
    expect(await outcomes(cycle, ["assert f([1]) == 2"])).not.toContain("passed");
  });

  it("a bare assert that fails counts although its program hides it", async () => {
    const hidden = [
      "try:\n    assert False\nexcept AssertionError:\n    pass",
      "import sys\nsys.excepthook = None\ntry:\n    assert [] == [1]\nexcept BaseException:\n    " +
        "pass\nprint('fine')",
    ];
    expect((await inTurn(...hidden)).map(result => result.outcome)).toEqual(["failed", "failed"]);
  });
});

describe("nothing survives a program", () => {
  const zip = "import sys\np = [q for q in sys.path if q.endswith('.zip')][0]\n";
  it("a descriptor that was opened for reading stays so", async () => {
    const program =
      `${zip}import fcntl, os\nfd = os.open(p, os.O_RDONLY)\nfor command in (fcntl.F_SETFL,):\n    ` +
      "try: print(fcntl.fcntl(fd, command, os.O_RDWR))\n    except OSError as e: " +
      "print('refused')\ntry: os.write(fd, b'x')\nexcept OSError: print('read only')";
    expect((await inTurn(program))[0].output).toBe("refused\nread only\n");
  });
  it("flags of standard input, output and errors are the next program's as they were", async () => {
    const [, after] = await inTurn(
      "import fcntl\nfor fd in (0, 1, 2):\n    try: fcntl.fcntl(fd, fcntl.F_SETFL, 1 | 0o40000000)\n   " +
        " except OSError: pass",
      "import fcntl\nprint([fcntl.fcntl(fd, fcntl.F_GETFL) & 0o40000000 for fd in (0, 1, 2)])\ntry: " +
        "input()\nexcept EOFError: print('end')",
    );
    expect(after.output).toBe("[0, 0, 0]\nend\n");
  });
  it("a memory map of a file does not change it", async () => {
    const map =
      `${zip}import mmap\nfor access in (mmap.ACCESS_WRITE, mmap.ACCESS_COPY):\n    try:\n        m = ` +
      "mmap.mmap(open(p, 'rb').fileno(), 4096, access=access)\n        m[:4] = b'evil'\n        " +
      "m.flush()\n        m.close()\n    except Exception: pass";
    const [, after] = await inTurn(map, `${zip}print(open(p, 'rb').read(2))`);
    expect(after.output).toBe("b'PK'\n");
  });
  it("the time of a file, its rights and its name stay", async () => {
    const change =
      `${zip}import os\nfor call in (lambda: os.utime(p, (1, 1)), lambda: os.chmod(p, 0), lambda: ` +
      "os.rename(p, '/x'), lambda: os.truncate(p, 0), lambda: os.link(p, '/y')):\n    try: call()\n    " +
      "except (OSError, AttributeError): pass\nimport os\nprint(os.stat(p).st_mtime > 10, " +
      "os.stat(p).st_mode & 0o777 > 0)";
    const [first, second] = await inTurn(change, change);
    expect([first.output, second.output]).toEqual(["True True\n", "True True\n"]);
  });
  it("memory outside the interpreter's own does not grow", async () => {
    const fill =
      `${zip}import os\nn = 0\nfor call in (lambda: os.write(os.open(p, os.O_RDONLY), bytes(2**20)), ` +
      "lambda: os.open('/tmp/a', os.O_RDWR | os.O_CREAT), lambda: os.pipe(), lambda: " +
      "os.memfd_create('a')):\n    try:\n        for _ in range(100): call(); n += 1\n    except " +
      "(OSError, AttributeError): pass\nprint(n)";
    expect((await inTurn(fill))[0].output).toBe("0\n");
  });
  it("tests leave nothing either", async () => {
    const program = "def f(x): return x";
    const tests = [
      ["import math, builtins\nmath.sqrt = len\nbuiltins.abs = len", "assert f(1) == 1"],
      ["import math\nassert math.sqrt(4) == f(2) and abs(-1) == 1"],
      ["x = 1\nassert f(x) == 1"],
      ["assert x == 1"],
    ];
    const results = await sandbox.run(tests.map((list, i) => ({ id: `${i}`, program, tests: list })));
    expect(results.map(result => result.outcome)).toEqual(["passed", "passed", "passed", "failed"]);
  });
});

const reported = "../shared/reports/sandbox-attacks.jsonl";
describe.skipIf(!existsSync(reported))("the reported attacks", () => {
  it("pass where they should and nowhere else, as one text and with tests apart", async () => {
    const rows = readFileSync(reported, "utf8")
      .trim()
      .split("\n")
      .map(
        line =>
          JSON.parse(line) as {
            id: string;
            program: string;
            tests?: string[];
            timeout_s: number;
            expect: "pass" | "nopass" | "any";
          },
      )
      .filter(row => row.expect !== "any" || row.id.startsWith("carry"));
    const forms = rows.flatMap(row => [
      { row, tests: undefined },
      ...(row.tests ? [{ row, tests: row.tests }] : []),
    ]);
    const results = await sandbox.run(
      forms.map(({ row, tests }) => ({
        id: row.id,
        program: row.program,
        timeoutSeconds: row.timeout_s,
        ...(tests ? { tests } : {}),
      })),
    );
    const wrong = forms.filter(
      ({ row }, i) => row.expect !== "any" && (row.expect === "pass") !== (results[i].outcome === "passed"),
    );
    expect(wrong.map(({ row }) => row.id)).toEqual([]);
  }, 120_000);
});
