import { loadPyodide } from "pyodide";
import { beforeAll, describe, expect, it } from "vitest";
import { dialectSource } from "../../src/lib/sandbox/runner.js";

interface Python {
  readonly globals: { set(name: string, value: string): void; get(name: "run"): typeof run };
  runPython(code: string): unknown;
}

let run: (source: string) => string;
beforeAll(async () => {
  const pyodide = (await loadPyodide()) as unknown as Python;
  pyodide.globals.set("dialect_source", dialectSource);
  pyodide.runPython(`
import builtins, contextlib, io
dialect = {"__builtins__": dict(vars(builtins))}
exec(compile(dialect_source, "<dialect>", "exec"), dialect)
dialect["install_library_differences"](builtins)

def run(source):
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(dialect["compile_answer"](source, "<program>"), {"__name__": "__main__"})
    except Exception as error:
        line, trace = getattr(error, "lineno", None), error.__traceback__
        while trace is not None:
            line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<program>" else line
            trace = trace.tb_next
        return f"{out.getvalue()}{type(error).__name__} in line {line}"
    return out.getvalue().strip()
`);
  run = pyodide.globals.get("run");
}, 60_000);

/** What each prints, or the exception: as Python 3.11.7 does. */
describe("annotations are evaluated where Python 3.11 evaluates them", () => {
  it.each([
    ["of parameters", "\ndef f(x: List[int]): return 1", "NameError in line 2"],
    ["of results", "def f(x) -> Foo: return 1", "NameError in line 1"],
    ["of every kind of parameter", "def f(a, /, b, *c, d=1, **e: Foo): return 1", "NameError in line 1"],
    ["of coroutines", "async def f(x: Foo): pass", "NameError in line 1"],
    ["of methods", "class A:\n    def f(self, other: A): pass", "NameError in line 2"],
    ["of variables of a class", "class A:\n    x: Foo = 1", "NameError in line 2"],
    ["of variables of a module", "x: List[int] = []", "NameError in line 1"],
    ["of variables without a value", "if True:\n    x: Foo", "NameError in line 2"],
    ["of attributes and items", "class A: pass\nA.x: Foo = 1", "NameError in line 2"],
    [
      "of nested functions, when they are defined",
      "def f():\n    def g(x: Foo): pass\nprint(1)\nf()",
      "1\nNameError in line 2",
    ],
    [
      "of classes in functions",
      "def f():\n    class A:\n        x: Foo\nprint(1)\nf()",
      "1\nNameError in line 3",
    ],
    [
      "inside with, while, match and try",
      "match 1:\n    case 1:\n        try: pass\n        finally:\n            def f(x: Foo): pass",
      "NameError in line 5",
    ],
    [
      "and an exception can be caught",
      "try:\n    def f(x: Foo): pass\nexcept NameError:\n    print('caught')",
      "caught",
    ],
    ["that are wrong in themselves", "def f(x: any[int]): pass", "TypeError in line 1"],
    ["but not of local variables", "def f():\n    x: Foo = 1\n    return x\nprint(f())", "1"],
    [
      "but not of attributes in functions",
      "class A:\n    def __init__(self):\n        self.x: Foo = 1\nprint(A().x)",
      "1",
    ],
    ["but not within quotes", "def f(x: 'Foo') -> 'Bar': return 1\nprint(f(1))", "1"],
    [
      "but not under the future",
      "'doc'\nfrom __future__ import annotations\ndef f(x: Foo): pass\nx: Foo = 1\nclass A:\n    y: " +
        "Foo\nprint(f.__annotations__, A.__annotations__)",
      "{'x': 'Foo'} {'y': 'Foo'}",
    ],
  ])("%s", (_, source, printed) => {
    expect(run(source)).toBe(printed);
  });
});

describe("what annotations are for goes on working", () => {
  it.each([
    [
      "functions have them",
      "def f(a: int, *b: str, c: float = 1.0) -> None: 'doc'\nprint(f.__annotations__, f.__doc__, " +
        "f.__name__, f.__kwdefaults__)",
      "{'a': <class 'int'>, 'b': <class 'str'>, 'c': <class 'float'>, 'return': None} doc f {'c': 1.0}",
    ],
    [
      "with their values of that time",
      "fs = []\nfor T in (int, str):\n    def f(x: T): pass\n    " +
        "fs.append(f)\nprint([f.__annotations__['x'].__name__ for f in fs])",
      "['int', 'str']",
    ],
    [
      "from the scope around",
      "def outer(T):\n    def f(x: T): pass\n    return f\nclass A:\n    B = int\n    def f(self, x: " +
        "B): pass\nprint(outer(str).__annotations__, A.f.__annotations__)",
      "{'x': <class 'str'>} {'x': <class 'int'>}",
    ],
    [
      "before decorators see them",
      "def d(f):\n    print(f.__annotations__)\n    return f\n@d\ndef f(x: int): pass",
      "{'x': <class 'int'>}",
    ],
    [
      "through functools.wraps",
      "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(*a): return f(*a)\n    return " +
        "g\n@d\ndef f(x: int): pass\nprint(f.__annotations__)",
      "{'x': <class 'int'>}",
    ],
    [
      "private names are those of the class",
      "class _A:\n    __x: int = 1\n    def f(self, __y: int): pass\nprint(_A.__annotations__, " +
        "_A.f.__annotations__)",
      "{'_A__x': <class 'int'>} {'_A__y': <class 'int'>}",
    ],
    [
      "modules and classes have them",
      "'doc'\nx: int = 1\nclass A:\n    'doc of A'\n    y: str\nprint(__annotations__, " +
        "A.__annotations__, __doc__, A.__doc__)",
      "{'x': <class 'int'>} {'y': <class 'str'>} doc doc of A",
    ],
    [
      "data classes",
      "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    x: int\n    y: " +
        "list = field(default_factory=list)\nprint(P(1), P(1) < P(2))",
      "P(x=1, y=[]) True",
    ],
    [
      "named tuples",
      "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: str = 'a'\nprint(P(1), " +
        "P._fields)",
      "P(x=1, y='a') ('x', 'y')",
    ],
    [
      "typed dictionaries",
      "from typing import TypedDict\nclass P(TypedDict, total=False):\n    x: int\nprint(P(x=1), " +
        "P.__annotations__)",
      "{'x': 1} {'x': <class 'int'>}",
    ],
    ["enumerations", "from enum import Enum\nclass E(Enum):\n    A: int = 1\nprint(list(E))", "[<E.A: 1>]"],
    [
      "dispatch by annotation",
      "from functools import singledispatch\n@singledispatch\ndef f(x): return 'any'\n@f.register\ndef " +
        "_(x: int): return 'int'\nprint(f(1), f(''))",
      "int any",
    ],
    [
      "hints and signatures",
      "import inspect, typing\nclass A:\n    def f(self, x: 'A', y: int = 1) -> 'A': " +
        "pass\nprint(inspect.signature(A.f), typing.get_type_hints(A.f)['x'] is A)",
      "(self, x: 'A', y: int = 1) -> 'A' True",
    ],
    [
      "static methods, class methods and properties",
      "class A:\n    @staticmethod\n    def s(x: int) -> int: return x\n    @classmethod\n    def " +
        "c(cls, x: int) -> int: return x\n    @property\n    def p(self) -> int: return 3\nprint(A.s(1), " +
        "A.c(2), A().p)",
      "1 2 3",
    ],
  ])("%s", (_, source, printed) => {
    expect(run(source)).toBe(printed);
  });
});

describe("syntax that Python 3.11 does not know is a SyntaxError", () => {
  it.each([
    "x = 1\ntype X = int",
    "x = 1\ndef f[T](x: T): pass",
    "x = 1\nclass A[T]: pass",
    "try: pass\nexcept ValueError, TypeError: pass",
    "x = 1\nt'{x}'",
    "x = 1\nprint(f'{'a'}')",
    'd = {"a": 1}\nprint(f"{d["a"]}")',
    "x = ['a']\nprint(f'{\"\\n\".join(x)}')",
    "x = 1\nprint(f'{f'{x}'}')",
    'x = 1\nprint(f"{x:{"3"}}")',
    "x = 1\nprint(f'''{x # the value\n}''')",
    "x = 1\nprint(f'{\nx}')",
    "x = 1\nprint(f'{f\"{'a'}\"}')",
    "x = 1\nprint(rf'{\"\\d\"}')",
  ])("%j", source => {
    expect(run(source)).toMatch(/^SyntaxError in line \d$/);
  });
  it.each([
    ["type = 3\nprint(type)", "3"],
    ["print(type (3))", "<class 'int'>"],
    ["t = 'x'\nprint(t, 'it''s')", "x its"],
    ["try: 1 / 0\nexcept (ValueError, ZeroDivisionError): print('a, b')", "a, b"],
    ["d = {'a': 1}\nprint(f\"{d['a']}\\n{d['a']:>3}\")", "1\n  1"],
    [
      "x = ['a']\nnl = '\\n'\nprint(f'{nl.join(x)}\\\\', f'{{\\\\}}{x}', rf'\\d{x}')",
      "a\\ {\\}['a'] \\d['a']",
    ],
    ["x = 1\nprint(f'''{\nx}''' f'{\"#\"}' f\"\"\"{'''a''' + \"b\"}\"\"\")", "1#ab"],
    ["print(f'é{\"é\"}é', 'f\"{x[\"', \"'{\") # f'{'a'}'", 'ééé f"{x[" \'{'],
    ["print(f'{1}' '{' f'{2}', f'a\\\n{3}', f'{1:\\x20>3}', f'\\N{EM DASH}')", "1{2 a3   1 —"],
  ])("but %j is not", (source, printed) => {
    expect(run(source)).toBe(printed);
  });
});

describe("the library is that of Python 3.11", () => {
  it.each([
    [
      "floats are added one after the other",
      "print(sum([0.1] * 10), sum((0.1 for _ in range(10)), 0.0), sum([1, 0.1, 0.2]), sum([1e300, 1, " +
        "-1e300]))",
      "0.9999999999999999 0.9999999999999999 1.3 0.0",
    ],
    [
      "and sums keep their types",
      "print([type(x).__name__ for x in (sum([]), sum([], 0.0), sum([True]), sum([1], 2j), sum([[1]], " +
        "[]))], sum([1], start=5))",
      "['int', 'float', 'int', 'complex', 'list'] 6",
    ],
    ["text is not added up", "sum(['a', 'b'])", "TypeError in line 1"],
    [
      "integers do not know whether they are integers",
      "print((5.0).is_integer())\n(5).is_integer()",
      "True\nAttributeError in line 2",
    ],
    ["nor do booleans", "True.is_integer()", "AttributeError in line 1"],
    ["itertools.batched", "from itertools import batched", "ImportError in line 1"],
    ["math.sumprod", "import math\nmath.sumprod([1], [2])", "AttributeError in line 2"],
    [
      "what uses the newer names itself",
      "import pickle, statistics\nprint(pickle.loads(pickle.dumps(list(range(3000))))[-1], " +
        "statistics.linear_regression([1, 2], [2, 4]).slope)",
      "2999 2.0",
    ],
    [
      "everything can be imported by a star",
      "from operator import *\nfrom copy import *\nfrom random import *\nfrom statistics import " +
        "*\nfrom itertools import *\nprint(add(1, 2))",
      "3",
    ],
    [
      "ast.Num and its kin",
      "import ast\nnode = ast.parse('3').body[0].value\nclass V(ast.NodeVisitor):\n    def " +
        "visit_Num(self, node): return node.n\nprint(isinstance(node, ast.Num), isinstance(node, " +
        "ast.Str), V().visit(node))",
      "True False 3",
    ],
  ])("%s", (_, source, printed) => {
    expect(run(source)).toBe(printed);
  });
});
