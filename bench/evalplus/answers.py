"""Answers that are right, nearly right, wrapped or damaged, made from reference solutions by a seeded generator."""

import ast
import copy

from problems import reference

# ---- changes of one place in the tree ----

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}


def swap_operator(node):
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in SWAPS:
        node.op = SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        node.ops[0] = SWAPS[type(node.ops[0])]()
    else:
        return False
    return True


def change_constant(node):
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or node.value is None:
        return False
    if isinstance(node.value, (int, float)):
        node.value += 1
    elif isinstance(node.value, str) and node.value:
        node.value = node.value[:-1]
    else:
        return False
    return True


def off_by_one(node):
    one = lambda value: ast.BinOp(value, ast.Sub(), ast.Constant(1))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        node.args[-1] = one(node.args[-1])
    elif isinstance(node, ast.Slice) and node.upper is not None:
        node.upper = one(node.upper)
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        node.slice = one(node.slice)
    else:
        return False
    return True


def change_return(form):
    def change(node):
        if not isinstance(node, ast.Return) or node.value is None:
            return False
        node.value = ast.parse(form.format(ast.unparse(node.value)), mode="eval").body
        return True

    return change


def drop_statement(node):
    body = getattr(node, "body", None)
    if not isinstance(node, (ast.For, ast.While, ast.If, ast.FunctionDef)) or len(body) < 2:
        return False
    body[len(body) // 2] = ast.Pass()
    return True


RETURNED = {
    "none": "None", "negated": "not ({})", "listed": "list({})", "tupled": "tuple({})", "shown": "str({})", "boxed": "[{}]",
    "rounded": "round({}, 3)", "floated": "float({})", "nudged": "({}) + 1e-9", "pushed": "({}) + 1e-4", "iterated": "iter({})",
    "set": "set({})", "truth": "bool({})", "number": "int({})", "reversed": "({})[::-1]", "mapped": "map(lambda x: x, {})",
    "frozen": "frozenset({})", "sorted": "sorted({})", "complex": "complex({})", "or_zero": "({}) or 0",
}
PLACES = {
    "operator": swap_operator, "constant": change_constant, "off-by-one": off_by_one, "statement": drop_statement,
    **{f"returns-{name}": change_return(form) for name, form in RETURNED.items()},
}


def change_one_place(tree, change, rng):
    """Applies the change where it fits, at one place drawn among these; None where it fits nowhere."""
    nodes = [node for node in ast.walk(tree) if change(copy.deepcopy(node))]
    if not nodes:
        return None
    change(rng.choice(nodes))
    return ast.unparse(ast.fix_missing_locations(tree))


# ---- wrappings: NAME is the function asked for, OLD the reference under another name ----

WRAPPINGS = {
    "class": "class Solution:\n    def NAME(self, *args):\n        return OLD(*args)\nNAME = Solution().NAME",
    "static": "class Solution:\n    @staticmethod\n    def NAME(*args):\n        return OLD(*args)\nNAME = Solution.NAME",
    "callable": "class Solution:\n    def __call__(self, *args):\n        return OLD(*args)\nNAME = Solution()",
    "partial": "import functools\nNAME = functools.partial(OLD)",
    "lambda": "NAME = lambda *args: OLD(*args)",
    "decorator": "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def g(*args):\n        f(*args)\n        return f(*args)\n    return g\n@twice\ndef NAME(*args):\n    import copy\n    return OLD(*copy.deepcopy(args))",
    "cache": "import functools\n@functools.lru_cache(maxsize=None)\ndef NAME(*args):\n    return OLD(*args)",
    "generator": "def NAME(*args):\n    yield from OLD(*args)",
    "list-subclass": "class L(list):\n    pass\ndef NAME(*args):\n    out = OLD(*args)\n    return L(out) if type(out) is list else out",
    "tuple-subclass": "class T(tuple):\n    pass\ndef NAME(*args):\n    out = OLD(*args)\n    return T(out) if type(out) is tuple else out",
    "dict-subclass": "import collections\ndef NAME(*args):\n    out = OLD(*args)\n    return collections.OrderedDict(out) if type(out) is dict else out",
    "str-subclass": "class S(str):\n    pass\ndef NAME(*args):\n    out = OLD(*args)\n    return S(out) if type(out) is str else out",
    "int-subclass": "class I(int):\n    pass\ndef NAME(*args):\n    out = OLD(*args)\n    return I(out) if type(out) is int else out",
    "float-subclass": "class F(float):\n    pass\ndef NAME(*args):\n    out = OLD(*args)\n    return F(out) if type(out) is float else out",
    "named-tuple": "import collections\nP = collections.namedtuple('P', 'a b')\ndef NAME(*args):\n    out = OLD(*args)\n    return P(*out) if type(out) is tuple and len(out) == 2 else out",
    "deque": "import collections\ndef NAME(*args):\n    out = OLD(*args)\n    return collections.deque(out) if type(out) is list else out",
    "bool-for-int": "def NAME(*args):\n    out = OLD(*args)\n    return bool(out) if out in (0, 1) else out",
    "int-for-bool": "def NAME(*args):\n    out = OLD(*args)\n    return int(out) if type(out) is bool else out",
    "fraction": "from fractions import Fraction\ndef NAME(*args):\n    out = OLD(*args)\n    return Fraction(out) if type(out) is int else out",
    "decimal": "from decimal import Decimal\ndef NAME(*args):\n    out = OLD(*args)\n    return Decimal(out) if type(out) is float else out",
    "keys": "def NAME(*args):\n    out = OLD(*args)\n    return dict.fromkeys(out).keys() if type(out) is set else out",
    "range": "def NAME(*args):\n    out = OLD(*args)\n    return range(len(out)) if out == list(range(len(out))) else out",
    "printing": "print('ready')\ndef NAME(*args):\n    print(args)\n    out = OLD(*args)\n    print(out, flush=True)\n    return out\nprint(NAME)",
    "stderr": "import sys\ndef NAME(*args):\n    print('x' * 70000, file=sys.stderr)\n    return OLD(*args)",
    "main-block": "def NAME(*args):\n    return OLD(*args)\nif __name__ == '__main__':\n    print(NAME(int(input())))",
    "main-exit": "import sys\ndef NAME(*args):\n    return OLD(*args)\ndef main():\n    sys.exit(0)\nif __name__ == '__main__':\n    main()",
    "doctest": "import doctest\ndef NAME(*args):\n    return OLD(*args)\nif __name__ == '__main__':\n    doctest.testmod()",
    "recursion-200": "def down(n, f):\n    return f() if n == 0 else down(n - 1, f)\ndef NAME(*args):\n    return down(200, lambda: OLD(*args))",
    "recursion-900": "def down(n):\n    return 0 if n == 0 else 1 + down(n - 1)\ndef NAME(*args):\n    down(900)\n    return OLD(*args)",
    "recursion-map": "def down(n):\n    return 0 if n == 0 else 1 + list(map(down, [n - 1]))[0]\ndef NAME(*args):\n    down(200)\n    return OLD(*args)",
    "recursion-endless": "def down(n):\n    return down(n + 1)\ndef NAME(*args):\n    try:\n        down(0)\n    except RecursionError:\n        return OLD(*args)",
    "recursion-limit": "import sys\nsys.setrecursionlimit(5000)\ndef down(n):\n    return 0 if n == 0 else 1 + down(n - 1)\ndef NAME(*args):\n    down(3000)\n    return OLD(*args)",
    "annotated": "def NAME(*args: List[int]) -> Optional[int]:\n    return OLD(*args)",
    "annotated-inside": "def NAME(*args):\n    result: List[int] = OLD(*args)\n    return result",
    "annotated-nested": "def NAME(*args):\n    def inner(x: Any) -> Any:\n        return OLD(*x)\n    return inner(args)",
    "annotated-quoted": "def NAME(*args: 'List[int]') -> 'Optional[int]':\n    return OLD(*args)",
    "annotated-future": "def NAME(*args: List[int]) -> Optional[int]:\n    return OLD(*args)",
    "annotated-class": "class Solution:\n    seen: Dict[int, int] = {}\n    def run(self, *args):\n        return OLD(*args)\ndef NAME(*args):\n    return Solution().run(*args)",
    "annotated-imported": "from typing import List, Optional, Any\nLIMIT: int = 3\ndef NAME(*args: Any) -> Optional[List[int]]:\n    return OLD(*args)",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass Box:\n    value: object\n    n: int = 0\ndef NAME(*args):\n    return Box(OLD(*args)).value",
    "f-string": "def NAME(*args):\n    out = OLD(*args)\n    return f'{out}' if type(out) is str else out",
    "f-string-quotes": "def NAME(*args):\n    d = {'a': OLD(*args)}\n    f'{d['a']}'\n    return d['a']",
    "f-string-backslash": "def NAME(*args):\n    f'{chr(10).join([])}{\"\\n\".join([])}'\n    return OLD(*args)",
    "match": "def NAME(*args):\n    match args:\n        case _:\n            return OLD(*args)",
    "type-statement": "type Out = int\ndef NAME(*args):\n    return OLD(*args)",
    "generic": "def NAME[T](*args):\n    return OLD(*args)",
    "except-group": "def NAME(*args):\n    try:\n        return OLD(*args)\n    except ValueError, TypeError:\n        raise",
    "batched": "from itertools import batched\ndef NAME(*args):\n    return OLD(*args)",
    "is-integer": "def NAME(*args):\n    out = OLD(*args)\n    return int(out) if isinstance(out, (int, float)) and out.is_integer() and type(out) is not bool else out",
    "state": "calls = []\ndef NAME(*args):\n    calls.append(1)\n    return OLD(*args) if len(calls) < 3 else None",
    "state-four": "calls = []\ndef NAME(*args):\n    calls.append(1)\n    return OLD(*args) if len(calls) < 5 else None",
    "default-state": "def NAME(*args, seen=[]):\n    seen.append(args)\n    return OLD(*args)",
    "global": "count = 0\ndef NAME(*args):\n    global count\n    count += 1\n    return OLD(*args)",
    "changes-input": "def NAME(*args):\n    out = OLD(*__import__('copy').deepcopy(args))\n    for a in args:\n        if isinstance(a, list):\n            a.clear()\n    return out",
    "returns-input": "def NAME(*args):\n    out = OLD(*__import__('copy').deepcopy(args))\n    if args and type(args[0]) is list and type(out) is list:\n        args[0][:] = out\n        return args[0]\n    return out",
    "own-assert": "def NAME(*args):\n    try:\n        assert len(args) > 5, 'few'\n    except AssertionError:\n        return OLD(*args)\n    return None",
    "own-exception": "class Stop(Exception):\n    def __init__(self, value):\n        self.value = value\ndef NAME(*args):\n    try:\n        raise Stop(OLD(*args))\n    except Stop as stop:\n        return stop.value",
    "asyncio": "import asyncio\nasync def run(*args):\n    await asyncio.sleep(0)\n    return OLD(*args)\ndef NAME(*args):\n    return asyncio.run(run(*args))",
    "sleep": "import time\ndef NAME(*args):\n    time.sleep(0.02)\n    return OLD(*args)",
    "name-builtins": "def NAME(*args):\n    return OLD(*args) if __name__ != '__main__' else None",
    "globals": "def NAME(*args):\n    return globals()['OLD'](*args)",
    "exec": "scope = {}\nexec('def g(f, args):\\n    return f(*args)', scope)\ndef NAME(*args):\n    return scope['g'](OLD, args)",
    "eval": "def NAME(*args):\n    return eval('OLD(*args)', {'OLD': OLD, 'args': args})",
    "warning": "import warnings\ndef NAME(*args):\n    warnings.warn('slow')\n    '\\d'\n    return OLD(*args)",
    "regex": "import re\ndef NAME(*args):\n    re.match('\\\\d+', '12')\n    return OLD(*args)",
    "heap": "import heapq, bisect, collections, itertools, math, random, string\ndef NAME(*args):\n    heapq.heapify([3, 1])\n    return OLD(*args)",
    "none-type": "def NAME(*args):\n    out = OLD(*args)\n    return out if out is not None else False",
    "nan": "def NAME(*args):\n    out = OLD(*args)\n    return float('nan') if type(out) is float else out",
    "numeric-string": "def NAME(*args):\n    out = OLD(*args)\n    return str(out) if type(out) is int else out",
    "nested-tuple": "def deep(x):\n    return tuple(map(deep, x)) if isinstance(x, list) else x\ndef NAME(*args):\n    return deep(OLD(*args))",
    "negative-zero": "def NAME(*args):\n    out = OLD(*args)\n    return -0.0 if out == 0 and type(out) is not bool else out",
    "sum-floats": "def NAME(*args):\n    out = OLD(*args)\n    return sum([0.1] * 10) * out if type(out) is float else out",
    "sum-exact": "def NAME(*args):\n    return OLD(*args) if sum([0.1] * 10) != 1.0 else None",
}

# ---- damage to the text ----

DAMAGES = {
    "truncated": lambda text, rng: text[: rng.randrange(len(text))],
    "last-line-lost": lambda text, rng: text.rstrip().rpartition("\n")[0],
    "imports-lost": lambda text, rng: "\n".join(l for l in text.split("\n") if not l.startswith(("import ", "from "))),
    "bracket-lost": lambda text, rng: text[::-1].replace(")", "", 1)[::-1],
    "colon-lost": lambda text, rng: text.replace(":", "", 1),
    "indentation": lambda text, rng: text.replace("\n    ", "\n   ", 1),
    "tabs": lambda text, rng: text.replace("\n    ", "\n\t", 1),
    "all-tabs": lambda text, rng: text.replace("    ", "\t"),
    "prose": lambda text, rng: "Here is the solution:\n" + text,
    "quote": lambda text, rng: text + "\n'",
    "empty": lambda text, rng: "",
    "comment": lambda text, rng: "# TODO\n",
    "windows": lambda text, rng: text.replace("\n", "\r\n"),
    "bom": lambda text, rng: "\ufeff" + text,
    "nul": lambda text, rng: text + "\0",
    "accent": lambda text, rng: text + "\né = 'ü😀'\n",
    "endless": lambda text, rng: text + "\nwhile True:\n    pass\n",
    "exit": lambda text, rng: text + "\nimport sys\nsys.exit(0)\n",
    "exit-first": lambda text, rng: "raise SystemExit\n" + text,
    "hard-exit": lambda text, rng: text + "\nimport os\nos._exit(0)\n",
    "raise": lambda text, rng: text + "\nraise ValueError('no')\n",
    "input": lambda text, rng: text + "\nn = int(input())\n",
    "missing-module": lambda text, rng: "import module_that_is_nowhere\n" + text,
    "missing-name": lambda text, rng: text + "\nundefined_name\n",
    "own-tests": lambda text, rng: text + "\nassert True\ntry:\n    assert False\nexcept AssertionError:\n    pass\n",
    "failing-test": lambda text, rng: text + "\nassert 1 == 2\n",
    "future": lambda text, rng: "from __future__ import annotations\n" + text,
}
INSIDE = {
    "loops": "while True:\n        pass",
    "exits": "raise SystemExit(0)",
    "quits": "exit()",
    "ends": "import os\n    os._exit(0)",
    "raises": "raise KeyError('no')",
    "interrupts": "raise KeyboardInterrupt",
    "waits": "import time\n    time.sleep(3)",
}


def renamed(problem):
    """The reference with its function under another name, recursion included."""
    name = problem["entry_point"]
    tree = reference(problem)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.name = "old_" + name
        elif isinstance(node, ast.Name) and node.id == name:
            node.id = "old_" + name
    return ast.unparse(tree), name, "old_" + name


def wrapped(problem, kind, template):
    source, name, old = renamed(problem)
    text = f"{source}\n{template.replace('NAME', name).replace('OLD', old)}\n"
    return f"from __future__ import annotations\n{text}" if kind == "annotated-future" else text


def answer_kinds():
    return [f"place {k}" for k in PLACES] + [f"wrap {k}" for k in WRAPPINGS] + [f"damage {k}" for k in DAMAGES] + [f"inside {k}" for k in INSIDE]


def make_answer(problem, kind, rng):
    """An answer of that kind; None where the problem does not allow one."""
    family, name = kind.split(" ", 1)
    if family == "place":
        return change_one_place(reference(problem), PLACES[name], rng)
    if family == "wrap":
        return wrapped(problem, name, WRAPPINGS[name])
    if family == "inside":
        return wrapped(problem, name, f"def NAME(*args):\n    {INSIDE[name]}")
    return DAMAGES[name](ast.unparse(reference(problem)), rng)
