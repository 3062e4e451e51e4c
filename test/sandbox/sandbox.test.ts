import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import type { ProgramResult } from "../../src/lib/sandbox/config.js";
import { Sandbox } from "../../src/lib/sandbox/sandbox.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.open();
}, 60_000);
afterAll(() => sandbox.close());

/** Runs one program after the other and returns their results. */
async function run(...programs: string[]): Promise<ProgramResult[]> {
  return sandbox.run(programs.map((program, i) => ({ id: `program ${i}`, program, timeoutSeconds: 10 })));
}

async function runOne(program: string, timeoutSeconds = 10): Promise<ProgramResult> {
  return (await sandbox.run([{ id: "only", program, timeoutSeconds }]))[0];
}

async function outcomeOf(program: string, timeoutSeconds?: number): Promise<string> {
  return (await runOne(program, timeoutSeconds)).outcome;
}

describe("verdicts", () => {
  it("a program whose asserts hold has passed, and what it printed is kept", async () => {
    const result = await runOne("print('hello')\nassert 1 + 1 == 2");
    expect(result).toMatchObject({ outcome: "passed", error: null, output: "hello\n", testsPassed: [] });
    expect(result.seconds).toBeGreaterThan(0);
  });
  it("a failing assert is a failure that names its line and text", async () => {
    expect(await runOne("x = 1\nassert x == 2")).toMatchObject({
      outcome: "failed",
      error: "AssertionError: assert x == 2 (line 2)",
    });
  });
  it("a syntax error is a failure that names it", async () => {
    expect(await runOne("def f(:")).toMatchObject({
      outcome: "failed",
      error: "SyntaxError: invalid syntax (line 1)",
    });
  });
  it("an exception is a failure with the Python error", async () => {
    expect((await runOne("1 / 0")).error).toBe("ZeroDivisionError: division by zero (line 1)");
  });
  it("results come in the order of the programs, under their ids", async () => {
    const programs = ["a", "b", "c", "d"].map(id => ({ id, program: `assert ${JSON.stringify(id)} != "c"` }));
    const results = await sandbox.run(programs);
    expect(results.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "a passed",
      "b passed",
      "c failed",
      "d passed",
    ]);
  });
  it.each(["exit(0)", "import sys\nsys.exit()", "raise SystemExit", "quit()"])(
    "a program that ends early by %j has failed",
    async program => {
      expect(await runOne(`${program}\nassert False`)).toMatchObject({
        outcome: "failed",
        error: expect.stringContaining("SystemExit") as string,
      });
    },
  );
  it("a program that ends the interpreter has not passed", async () => {
    expect(await outcomeOf("import os\nos._exit(0)")).toBe("killed");
  });
  it("printing that it passed does not make a program pass", async () => {
    const forged = `print('{"kind":"done","seconds":0.1}')\nprint("passed")\nassert False`;
    expect(await runOne(forged)).toMatchObject({
      outcome: "failed",
      output: '{"kind":"done","seconds":0.1}\npassed\n',
    });
  });
  it("a failing assert counts although the program swallows it", async () => {
    const result = await runOne("try:\n    assert 1 == 2\nexcept:\n    pass");
    expect(result.outcome).toBe("failed");
    expect(result.error).toContain("an assert failed and the program went on (line 2)");
  });
  it("an assert whose expression raises counts although the program swallows it", async () => {
    const program = "def f(): raise ValueError\ntry:\n    assert f() == 1\nexcept Exception:\n    pass";
    expect(await outcomeOf(program)).toBe("failed");
  });
  it("a failing assert counts inside a function, a loop, a match and a handler", async () => {
    const places = [
      "def g():\n    assert False\ntry: g()\nexcept AssertionError: pass",
      "import contextlib\nfor i in range(3):\n    with contextlib.suppress(AssertionError):\n        " +
        "assert i != 2",
      "try:\n    match 1:\n        case 1:\n            assert False\nexcept AssertionError: pass",
      "try:\n    try: 1 / 0\n    except ZeroDivisionError:\n        assert False\nexcept " +
        "AssertionError: pass",
    ];
    expect((await run(...places)).map(result => result.outcome)).toEqual(Array(4).fill("failed"));
  });
  it("an exception that the program itself handles does no harm", async () => {
    expect(await outcomeOf("try:\n    int('x')\nexcept ValueError:\n    y = 1\nassert y == 1")).toBe(
      "passed",
    );
  });
  it("an object that equals everything does not pass for an answer", async () => {
    const evil =
      "class E:\n    def __eq__(self, other): return True\n    def __lt__(self, other): return True\n";
    const asserts = [
      "E() == 3",
      "3 == E()",
      "[E(), 2] == [1, 2]",
      "{'a': (E(),)} == {'a': (1,)}",
      "E() < 1e-6",
    ];
    const results = await run(...asserts.map(text => `${evil}assert ${text}`));
    expect(results.map(result => result.outcome)).toEqual(Array(asserts.length).fill("failed"));
  });
  it("its classes may be compared with each other, and those of the library with literals", async () => {
    const program = [
      "from collections import Counter, defaultdict, deque, namedtuple, OrderedDict",
      "from dataclasses import dataclass",
      "from fractions import Fraction",
      "@dataclass\nclass P:\n    x: int",
      "assert P(1) == P(1) and [P(1)] == [P(1)]",
      "assert [P(2)] == [P(2)]",
      "assert Counter('aab') == {'a': 2, 'b': 1}",
      "assert namedtuple('N', 'x y')(1, 2) == (1, 2)",
      "assert Fraction(1, 2) == 0.5\nassert OrderedDict(a=1) == {'a': 1}\nassert defaultdict(int) == {}",
    ];
    expect(await runOne(program.join("\n"))).toMatchObject({ outcome: "passed", error: null });
  });
  it("a library class whose comparison the program has replaced is not trusted", async () => {
    const program =
      "from collections import Counter\nCounter.__eq__ = lambda a, b: True\nassert Counter() == {'a': 1}";
    expect(await outcomeOf(program)).toBe("failed");
  });
});

describe("tests after the program", () => {
  const program = "def f(x):\n    if x == 5: exit(0)\n    return x + 1";
  const one = async (text: string, tests: string[], timeoutSeconds = 10) =>
    (await sandbox.run([{ id: "p", program: text, tests, timeoutSeconds }]))[0];

  it("each is judged on its own", async () => {
    const tests = [
      "assert f(1) == 2",
      "assert f(1) == 3",
      "assert f(5) == 6",
      "assert f(",
      "assert f(2) == 3",
    ];
    const result = await one(program, tests);
    expect(result.testsPassed).toEqual([true, false, false, false, true]);
    expect(result).toMatchObject({ outcome: "failed", error: "AssertionError: assert f(1) == 3 (line 1)" });
  });
  it("the program has passed when all of them have", async () => {
    expect(await one(program, ["assert f(1) == 2", "assert f(2) == 3"])).toMatchObject({
      outcome: "passed",
      testsPassed: [true, true],
    });
  });
  it("none has passed when the program itself fails", async () => {
    expect((await one("def f(x): return 2\n1 / 0", ["assert f(1) == 2"])).testsPassed).toEqual([false]);
  });
  it("a test without end is a time-out, and the tests before it keep their verdict", async () => {
    const result = await one(
      "def f(x):\n    while x: pass\n    return 0",
      ["assert f(0) == 0", "assert f(1) == 0"],
      1,
    );
    expect(result).toMatchObject({ outcome: "timeout", testsPassed: [true, false] });
  });
  it("a program cannot switch off what judges them", async () => {
    const tricks = [
      "import builtins\nbuiltins.AssertionError = Exception\nbuiltins.compile = builtins.exec = lambda " +
        "*a: None",
      "import ast\nast.Assert = ast.Pass\nast.Call = None",
      "import sys, types\nsys.modules['_judge'] = types.ModuleType('_judge')\nsys.stdout = None",
      "import json\njson.loads = json.dumps = lambda *a, **k: ''",
    ];
    const results = await sandbox.run(
      tricks.map((trick, i) => ({
        id: `${i}`,
        program: `${trick}\ndef f(x): return 0`,
        tests: ["assert f(1) == 2"],
      })),
    );
    expect(results.map(({ testsPassed }) => testsPassed)).toEqual(tricks.map(() => [false]));
  });
  it("a program finds neither their text nor what they expect, in frames, modules or memory", async () => {
    const peek = [
      "import sys",
      "def f(x):",
      "    seen, frame = [], sys._getframe()",
      "    while frame:",
      "        seen.append(repr(frame.f_code.co_consts) + repr(frame.f_locals) + repr(frame.f_globals))",
      "        frame = frame.f_back",
      "    print('2468' + str(1357) in ' '.join(seen))", // the whole number stands in the test alone
      "    return 0",
    ];
    expect(await one(peek.join("\n"), ["assert f(1) == 24681357"])).toMatchObject({
      testsPassed: [false],
      output: "False\n",
    });
  });
});

describe("no way out", () => {
  it.each([
    "js",
    "pyodide_js",
    "pyodide",
    "_pyodide_core",
    "ctypes",
    "_ctypes",
    "gc",
    "_testinternalcapi",
    "_judge",
  ])("module %s does not exist", async name => {
    expect((await runOne(`import ${name}`)).error).toMatch(/^ModuleNotFoundError/);
  });
  it("forgetting that a module is withheld does not bring it back", async () => {
    const program =
      "import sys\nfor name in ('js', 'gc', '_ctypes'):\n    del sys.modules[name]\nimport NAME";
    const results = await run(...["js", "gc", "_ctypes"].map(name => program.replace("NAME", name)));
    expect(results.map(result => result.outcome)).toEqual(["failed", "failed", "failed"]);
  });
  it("Pyodide's bridge is closed even to who finds its classes", async () => {
    const program = [
      "finder = [c for c in object.__subclasses__() if c.__name__ == 'JsFinder'][0]",
      "names = finder.find_spec.__globals__",
      "proxy = [c for c in object.__subclasses__() if 'JsProxy' in c.__name__]",
      "import sys\nfor name, value in list(names.items()):\n    if 'js' in name.lower(): print(name, " +
        "dir(value))",
      "loader = names['JsLoader'](names['JsProxy'])\nloader.create_module(None)",
    ];
    expect(await outcomeOf(program.join("\n"))).not.toBe("passed");
  });
  it("os.system runs nothing", async () => {
    expect((await runOne("import os\nprint(os.system('echo out; id'))")).output).toBe("-1\n");
  });
  it("no process can be started", async () => {
    expect(await outcomeOf("import subprocess\nsubprocess.run(['id'])")).toBe("failed");
    expect(await outcomeOf("import os\nos.fork()")).toBe("failed");
  });
  it.each(["/etc/passwd", "/proc/self/environ", "/proc/1/cmdline", "/root", "../../../../etc/hostname"])(
    "the host's %s cannot be read",
    async path => {
      expect(await outcomeOf(`open(${JSON.stringify(path)}, "rb").read()`)).toBe("failed");
    },
  );
  it("the files that can be seen are Pyodide's own", async () => {
    const { output } = await runOne("import os\nprint(sorted(os.listdir('/')))");
    expect(output).toBe("['dev', 'home', 'lib', 'proc', 'tmp']\n");
  });
  it("the environment holds nothing of the host", async () => {
    process.env["UNMASK_SECRET"] = "s3cret";
    const other = await Sandbox.open();
    const [{ output }] = await other.run([
      { id: "env", program: "import os, sys\nprint(dict(os.environ), sys.argv)" },
    ]);
    await other.close();
    delete process.env["UNMASK_SECRET"];
    expect(output).toBe("{'HOME': '/home/pyodide', 'LANG': 'C.UTF-8'} ['']\n");
  });
  it("sockets cannot be made and names cannot be resolved", async () => {
    expect((await runOne("import socket\nsocket.socket()")).error).toMatch(/^PermissionError/);
    expect((await runOne("import socket\nsocket.getaddrinfo('example.com', 80)")).error).toMatch(/^gaierror/);
    expect(await outcomeOf("from urllib.request import urlopen\nurlopen('http://127.0.0.1:1')")).toBe(
      "failed",
    );
  });
  it("output can be silenced by sending it to /dev/null", async () => {
    const program =
      "import contextlib, os\nwith open(os.devnull, 'w') as f, contextlib.redirect_stdout(f): print('x')";
    expect(await runOne(program)).toMatchObject({ outcome: "passed", output: "" });
  });
  it("files cannot be written, renamed or removed", async () => {
    const attempts = [
      "open('/tmp/x', 'w')",
      "open('x', 'a')",
      "import os\nos.mkdir('/tmp/d')",
      "import os\nos.rename('/lib', '/bil')",
      "import os\nos.remove('/lib/python314.zip')",
      "import os\nos.symlink('/lib', '/tmp/l')",
      "import tempfile\ntempfile.mkdtemp()",
    ];
    const results = await run(...attempts);
    expect(results.map(result => result.outcome)).toEqual(attempts.map(() => "failed"));
  });
});

describe("limits", () => {
  it("an endless loop that catches everything is a time-out", async () => {
    const program =
      "print('before')\nwhile True:\n    try:\n        while True: pass\n    except:\n        pass";
    const result = await runOne(program, 0.5);
    expect(result).toMatchObject({
      outcome: "timeout",
      error: "not finished after 0.5 s",
      output: "before\n",
    });
    expect(result.seconds).toBeGreaterThanOrEqual(0.5);
  });
  it("one long calculation is a time-out", async () => {
    expect(await outcomeOf("9**9**9", 0.5)).toBe("timeout");
  });
  it("a program that takes too long and then ends is a time-out", async () => {
    expect(await outcomeOf("import time\ntime.sleep(0.35)", 0.3)).toBe("timeout");
  });
  it.each(["x = [0] * 10**9", "x = 'a' * 10**9", "x = []\nwhile True: x.append('a' * 10**7 + str(len(x)))"])(
    "%j runs out of memory and the next program runs",
    async program => {
      const [bomb, next] = await run(program, "assert sum(range(10)) == 45");
      expect(bomb).toMatchObject({
        outcome: "failed",
        error: expect.stringMatching(/^MemoryError/) as string,
      });
      expect(next.outcome).toBe("passed");
    },
  );
  it("an allocation beyond any address fails", async () => {
    expect(await outcomeOf("[0] * 10**10")).toBe("failed");
  });
  it("swallowing MemoryError again and again ends by the clock", async () => {
    const program = "while True:\n    try: x = [0] * 10**8\n    except MemoryError: pass";
    expect(await outcomeOf(program, 0.5)).toBe("timeout");
  });
  it("endless recursion is a RecursionError", async () => {
    expect((await runOne("def f(n): return f(n + 1)\nf(0)")).error).toMatch(/^RecursionError/);
  });
  it("recursion through C code never passes, whatever its limit, and the next program runs", async () => {
    const deep =
      "import sys\nsys.setrecursionlimit(10**6)\nclass A:\n    def __repr__(self): return " +
      "repr([self])\nrepr(A())";
    const [bomb, next] = await run(deep, "assert True");
    expect(bomb.outcome).not.toBe("passed");
    expect(next.outcome).toBe("passed");
  });
  it("endless output is cut off", async () => {
    const result = await runOne("for _ in range(10000): print('x' * 100)");
    expect(result.outcome).toBe("passed");
    expect(result.output.length).toBeLessThan(70_000);
    expect(result.output).toMatch(/\n\[output cut off\]$/);
  });
  it("a program killed for its time leaves the others unharmed", async () => {
    const loop = { id: "loop", program: "while True: pass", timeoutSeconds: 0.3 };
    const fine = (id: string) => ({ id, program: "assert True" });
    const results = await sandbox.run([fine("a"), loop, fine("b"), loop, fine("c"), fine("d")]);
    expect(results.map(result => result.outcome)).toEqual([
      "passed",
      "timeout",
      "passed",
      "timeout",
      "passed",
      "passed",
    ]);
  });
});

describe("nothing is carried from one program to the next", () => {
  it.each([
    ["a patched module", "import math\nmath.sqrt = lambda x: 0", "import math\nassert math.sqrt(4) == 2"],
    ["a patched builtin", "import builtins\nbuiltins.len = lambda x: 0", "assert len([1]) == 1"],
    ["a global", "secret = 1", "assert 'secret' not in globals()"],
    [
      "a module made up",
      "import sys\nsys.modules['leak'] = sys",
      "import sys\nassert 'leak' not in sys.modules",
    ],
    ["the import path", "import sys\nsys.path.append('/leak')", "import sys\nassert '/leak' not in sys.path"],
    [
      "the recursion limit",
      "import sys\nsys.setrecursionlimit(77)",
      "import sys\nassert sys.getrecursionlimit() == 1000",
    ],
    ["the working folder", "import os\nos.chdir('/tmp')", "import os\nassert os.getcwd() == '/home/pyodide'"],
    ["the environment", "import os\nos.environ['A'] = 'b'", "import os\nassert 'A' not in os.environ"],
    [
      "an attribute of a function",
      "import json\njson.loads.leak = 1",
      "import json\nassert not hasattr(json.loads, 'leak')",
    ],
    [
      "a registered subclass",
      "class Leak: pass",
      "assert all(c.__name__ != 'Leak' for c in object.__subclasses__())",
    ],
    [
      "an open file",
      "f = open('/lib/python314.zip', 'rb')\nprint(f.fileno())",
      "assert open('/lib/python314.zip', 'rb').fileno() == 3",
    ],
    [
      "decimal precision",
      "import decimal\ndecimal.getcontext().prec = 2",
      "import decimal\nassert decimal.getcontext().prec == 28",
    ],
    ["standard output", "import sys\nsys.stdout = None", "print('here')"],
    ["generous memory", "x = [0] * (2 * 10**7)", "assert True"],
  ])("%s", async (_, before, after) => {
    const [first, second] = await run(before, after);
    expect([first.outcome, second.outcome, second.error]).toEqual(["passed", "passed", null]);
  });
  it("random numbers are the same for the same program, whatever ran before", async () => {
    const draw = "import random\nprint(random.random())";
    const [a, , b] = await run(draw, "import random\nrandom.seed(1)\nrandom.random()", draw);
    expect(b.output).toBe(a.output);
  });
});

describe("the sandbox itself", () => {
  it("hashes text alike in every installation, so that sets have one order", async () => {
    const [{ output }] = await run('print(hash("a"), {"b", "c", "a"})');
    expect(output).toBe("-468864544 {'a', 'c', 'b'}\n");
  });

  it("says in one line how it is closed off", () => {
    expect(sandbox.isolation).toMatch(
      /^Pyodide in a process without environment.*WebAssembly imports filtered/,
    );
    expect(sandbox.isolation).not.toContain("\n");
  });
  it("works where unshare is not available, and says so", async () => {
    const other = await Sandbox.open({ unshare: false });
    expect(other.isolation).toContain("network calls refused by the interpreter only (unshare switched off)");
    const [ok, socket] = await other.run([
      { id: "ok", program: "assert True" },
      { id: "socket", program: "import socket\nsocket.create_connection(('127.0.0.1', 9))" },
    ]);
    await other.close();
    expect([ok.outcome, socket.outcome]).toEqual(["passed", "failed"]);
  });
  it("several workers share the programs and keep their order", async () => {
    const other = await Sandbox.open({ workers: 2 });
    const programs = Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, program: `print(${i})` }));
    const results = await other.run(programs);
    await other.close();
    expect(results.map(result => result.output)).toEqual(programs.map(({ id }) => `${id}\n`));
  });
  it("judges three hundred small programs, every third of them wrong", async () => {
    const program = (i: number) => {
      const sum = (last: number) =>
        Array.from({ length: last }, (_, x) => (x % 2) * (x + i)).reduce((a, b) => a + b, 0);
      const asserts = Array.from({ length: 12 }, (_, n) => `assert f(range(${n})) == ${sum(n)}`);
      const step = i % 3 === 0 ? "total -= x" : `total += x + ${i}`;
      const body =
        `def f(xs):\n    total = 0\n    for x in xs:\n        if x % 2 == 1:\n            ${step}\n    ` +
        "return total\n";
      return { id: `${i}`, program: body + asserts.join("\n") };
    };
    const results = await sandbox.run(Array.from({ length: 300 }, (_, i) => program(i + 1)));
    expect(results.map(result => result.outcome)).toEqual(
      results.map((_, i) => ((i + 1) % 3 === 0 ? "failed" : "passed")),
    );
  });
  it("two runs at once both get their own results", async () => {
    const [a, b] = await Promise.all([run("print('a')", "print('b')"), run("print('c')")]);
    expect([...a, ...b].map(result => result.output)).toEqual(["a\n", "b\n", "c\n"]);
  });
  it("tells how many programs are done", async () => {
    const counts: number[] = [];
    await sandbox.run(
      [
        { id: "1", program: "" },
        { id: "2", program: "" },
      ],
      done => counts.push(done),
    );
    expect(counts).toEqual([1, 2]);
  });
  it("stops when told to and can be used again", async () => {
    const stop = new AbortController();
    const endless = Array.from({ length: 3 }, (_, i) => ({ id: `${i}`, program: "while True: pass" }));
    const running = sandbox.run(endless, undefined, stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(running).rejects.toThrow("enough");
    expect(await outcomeOf("assert True")).toBe("passed");
  });
  it("a parent too busy to look does not turn a quick program into a time-out", async () => {
    const running = sandbox.run([{ id: "quick", program: "assert True", timeoutSeconds: 0.3 }]);
    await new Promise(resolve => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    expect((await running)[0].outcome).toBe("passed");
  });
  it("refuses a time limit that is none", async () => {
    await expect(sandbox.run([{ id: "x", program: "", timeoutSeconds: 0 }])).rejects.toThrow(UserError);
  });
  it("rejects what still runs when it is closed", async () => {
    const other = await Sandbox.open();
    const running = other.run([{ id: "x", program: "while True: pass" }]);
    const outcome = expect(running).rejects.toThrow("it was closed");
    await other.close();
    await outcome;
  });
});
