/**
 * The Python half of the sandbox: runs a program and its tests inside the interpreter and says for each how it
 * ended. It runs beside code that wants to look correct, so:
 *
 * - Every assert statement is rewritten to report its value before it raises. An assert that failed, or whose
 *   expression raised, counts although the program swallowed the exception.
 * - `left == right` (and the other comparisons) between plain built-in values and an object whose class defines
 *   comparison in Python is a failure: an object that equals everything answers nothing.
 * - Program and tests are all compiled before any of them runs; reporting goes through constants of the code
 *   objects, not through names; the judge has built-ins of its own.
 * - `seal` removes what reads other code's frames and objects: gc, ctypes, the frame's f_back, tracing.
 *
 * What it cannot see: a program that reads the expected values from code objects of its own text (asserts of
 * `tests` are out of reach), a patched helper such as `abs` called within an assert, a truthy object in a bare
 * `assert f(x)`, and asserts in text given to exec(), which are judged only by what they raise.
 */
export const judgeSource = String.raw`
import _imp, ast, builtins, gc, json, logging, os, sys, types, warnings
import array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions
import functools, hashlib, heapq, io, itertools, math, numbers, operator, queue, random, re, statistics
import string, struct, textwrap, time, traceback, typing, unicodedata

FORBIDDEN = frozenset((
    "js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "_judge", "gc", "ctypes", "_ctypes",
    "_testcapi", "_testclinic", "_testclinic_limited", "_testinternalcapi", "_testlimitedcapi", "_testbuffer",
    "_xxtestfuzz", "xxsubtype", "_remote_debugging", "_tracemalloc", "_lsprof", "faulthandler",
))
WITHHELD_FROM_SYS = (
    "settrace", "setprofile", "gettrace", "getprofile", "monitoring", "_getframe", "_current_frames",
    "_current_exceptions", "addaudithook", "call_tracing", "remote_exec", "_setprofileallthreads",
    "_settraceallthreads",
)

# ---- is a comparison worth anything? ----

SCALARS = frozenset((bool, int, float, complex, str, bytes, bytearray, range, type(None), type(...)))
ELEMENTS = {list: list.__iter__, tuple: tuple.__iter__, set: set.__iter__, frozenset: frozenset.__iter__,
            dict: lambda d: itertools.chain(dict.keys(d), dict.values(d))}
COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__")
mro_of = type.__dict__["__mro__"].__get__
dict_of = type.__dict__["__dict__"].__get__

def comparisons_of(cls):
    own = dict_of(cls)
    return {name: (own[name], own[name].__code__) for name in COMPARISONS
            if type(own.get(name)) is types.FunctionType}

def all_classes():
    stack, found = [object], set()
    while stack:
        cls = stack.pop()
        if cls not in found:
            found.add(cls)
            stack.extend(type.__subclasses__(cls))
    return found

LIBRARY_COMPARISONS = {cls: comparisons for cls in all_classes() if (comparisons := comparisons_of(cls))}

def compares_by_itself(cls):
    """Whether a class written in Python decides its own comparisons."""
    for base in mro_of(cls):
        found = comparisons_of(base)
        if found and LIBRARY_COMPARISONS.get(base) != found:
            return True
    return False

def leaf_classes(value, seen):
    """Classes of a value and of what its built-in containers hold, scalars left out."""
    stack, leaves = [value], set()
    while stack:
        value = stack.pop()
        cls = type(value)
        if cls in SCALARS:
            continue
        base = cls if cls in ELEMENTS else next((b for b in mro_of(cls) if b in ELEMENTS), None)
        if base is None or base is not cls:
            leaves.add(cls)
        if base is None or id(value) in seen:
            continue
        seen.add(id(value))
        classes = set(map(type, ELEMENTS[base](value)))
        if not classes <= SCALARS:
            stack.extend(ELEMENTS[base](value))
    return leaves

def is_empty_praise(left, right):
    """Plain built-in data on one side, a class with its own comparisons on the other."""
    if type(left) in SCALARS and type(right) in SCALARS:
        return False
    left, right = leaf_classes(left, set()), leaf_classes(right, set())
    if left and right:
        return False
    return any(compares_by_itself(cls) for cls in left or right)

# ---- asserts that report ----

ENTER, DONE = (int.from_bytes(os.urandom(16)) for _ in range(2))
entered, left_behind = itertools.count(), itertools.count()
failures = []

def done(_, line, *values):
    next(left_behind)
    held = values[-1] is True and not (len(values) == 3 and is_empty_praise(values[0], values[1]))
    if not held:
        failures.append(line)
    return held

REPLACEMENTS = {ENTER: entered.__next__, DONE: functools._lru_cache_wrapper(done, 0, False, tuple)}

def reporting(node):
    """assert TEST, MSG -> assert DONE(ENTER(), line, TEST), MSG; the sides of one comparison are shown too."""
    test, at = node.test, dict(lineno=node.test.lineno, col_offset=node.test.col_offset,
                               end_lineno=node.test.end_lineno, end_col_offset=node.test.end_col_offset)
    def call(mark, args):
        # a choice that the compiler makes: it warns of a constant that is called
        reporter = ast.IfExp(ast.Constant(True, **at), ast.Constant(mark, **at), ast.Constant(None, **at), **at)
        return ast.Call(reporter, args, [], **at)
    def truth(value):
        return ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), value, **at), **at)
    shown = []
    if type(test) is ast.Compare and len(test.ops) == 1 and type(test.ops[0]) not in (ast.Is, ast.IsNot):
        for name, side in (("<left>", test.left), ("<right>", test.comparators[0])):
            shown.append(ast.NamedExpr(ast.Name(name, ast.Store(), **at), side, **at))
        test = ast.Compare(ast.Name("<left>", ast.Load(), **at), test.ops,
                           [ast.Name("<right>", ast.Load(), **at)], **at)
    line = ast.Constant(node.lineno, **at)
    node.test = call(DONE, [call(ENTER, []), line, *shown, truth(test)])

def rewrite(tree):
    blocks = [tree.body]
    while blocks:
        for node in blocks.pop():
            if type(node) is ast.Assert:
                reporting(node)
                continue
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(node, field, None)
                if type(inner) is list:
                    blocks.append(inner)
            for field in ("handlers", "cases"):
                blocks.extend(part.body for part in getattr(node, field, ()))

def embed(code):
    """Puts the reporters where their marks stand among the constants."""
    def constant(value):
        if type(value) is types.CodeType:
            return embed(value)
        return REPLACEMENTS.get(value, value) if type(value) is int else value
    return code.replace(co_consts=tuple(map(constant, code.co_consts)))

# Without any of these words a program can neither catch an exception nor make a class, so its asserts cannot be
# swallowed or deceived, and compiling it as it stands is several times faster.
ARTFUL = re.compile(
    r"__|\b(?:try|with|class|type|import|exec|eval|compile|getattr|setattr|globals|locals|vars|await)\b")
PLAIN_NAMES = "(?:List|Dict|Tuple|Set|Optional|Any|Union|Callable|Iterable)"
PLAIN_IMPORT = re.compile(rf"^(?:import math|from typing import {PLAIN_NAMES}(?:, *{PLAIN_NAMES})*) *$", re.M)

def is_plain(source):
    return source.isascii() and ARTFUL.search(PLAIN_IMPORT.sub("", source)) is None

# ---- running ----

prepared = []
namespace = {}

def describe(error, lines):
    kind, line, message = type(error).__name__, None, ""
    try:
        if isinstance(error, SyntaxError):
            line, message = error.lineno, error.msg
        else:
            message = str(error)
            trace = error.__traceback__
            while trace is not None:
                if trace.tb_frame.f_code.co_filename in ("<program>", "<test>"):
                    line = trace.tb_lineno
                trace = trace.tb_next
        if kind == "AssertionError" and not message and line:
            message = lines[line - 1].strip()
        if kind == "SystemExit":
            message = f"{message}: the program exited before its end"
    except BaseException:
        message = "its message cannot be shown"
    text = f"{kind}: {message}"[:2000] if message else kind
    return text + (f" (line {line})" if line else "")

def compiled(source, name, plain):
    try:
        if plain:
            return compile(source, name, "exec", dont_inherit=True, optimize=0), source.splitlines()
        tree = compile(source, name, "exec", ast.PyCF_ONLY_AST)
        rewrite(tree)
        return embed(compile(tree, name, "exec", dont_inherit=True, optimize=0)), source.splitlines()
    except BaseException as error:
        return describe(error, [])

def prepare(sources):
    """Compiles a JSON list: the program, then its tests. Returns ""."""
    program, *tests = sources = json.loads(sources)
    plain = all(map(is_plain, sources))
    main = types.ModuleType("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    global namespace
    namespace = main.__dict__
    gc.disable()  # trees are large and have no garbage
    prepared[:] = [compiled(program, "<program>", plain), *(compiled(test, "<test>", plain) for test in tests)]
    gc.enable()
    return ""

def flush():
    for stream in streams:
        try:
            io.TextIOWrapper.flush(stream)
        except BaseException:
            pass

def step(_):
    """Runs the next of what was prepared. Returns "" where it ran to its end and every assert held."""
    part = prepared.pop(0)
    if type(part) is str:
        return part
    code, lines = part
    pending = next(entered) - next(left_behind)
    failures.clear()
    try:
        exec(code, namespace)
    except BaseException as error:
        return describe(error, lines).encode("utf-8", "backslashreplace").decode()
    finally:
        flush()
    if failures:
        return f"AssertionError: an assert failed and the program went on (line {failures[0]})"
    if next(entered) - next(left_behind) != pending:
        return "AssertionError: an assert raised and the program went on"
    return ""

# ---- sealing ----

def forbidden(name):
    return name.partition(".")[0] in FORBIDDEN

def remove_modules():
    for module in list(sys.modules.values()):
        for key, value in list(vars(module).items() if type(module) is types.ModuleType else ()):
            if type(value) is types.ModuleType and forbidden(value.__name__) and module.__name__ != "_judge":
                delattr(module, key)
    for name in [name for name in sys.modules if forbidden(name)] + list(FORBIDDEN):
        sys.modules[name] = None
    sys.meta_path[:] = [finder for finder in sys.meta_path
                        if not forbidden(getattr(finder, "__module__", None) or type(finder).__module__)]
    for name in ("create_builtin", "create_dynamic", "exec_dynamic"):
        if hasattr(_imp, name):
            delattr(_imp, name)

def seal():
    """Removes what programs must not reach. Run once, before the memory is recorded."""
    global streams
    streams = (sys.stdout, sys.stderr)
    for name in WITHHELD_FROM_SYS:
        if hasattr(sys, name):
            delattr(sys, name)
    exec("currentframe = lambda: None", vars(logging))  # it would ask for sys._getframe
    sys.excepthook, sys.displayhook = sys.__excepthook__, sys.__displayhook__
    sys.path[:] = list(dict.fromkeys(sys.path))
    os.environ.clear()
    os.environ.update({"HOME": "/home/pyodide", "LANG": "C.UTF-8"})
    gc.get_referents(types.FrameType.__dict__)[0].pop("f_back")
    gc.collect()
    gc.freeze()
    remove_modules()

for name in sys.builtin_module_names:
    if not forbidden(name):
        __import__(name)

WARM_UP = """
def total(xs: list) -> int:
    'Sum.'
    return sum([x * 2 for x in xs if x % 2 == 0 and x != "a"]) + len({1: (2.5, None)})
def check(candidate):
    for i in range(3):
        assert candidate([i, 1]) == (i + 1) // 2 * 4 - i // 1 % 2 * 4 + 1, "wrong"
    try:
        assert abs(candidate([2]) - 5) < 1e-6
    except ValueError as error:
        raise TypeError from error
    while False: pass
check(total)
assert total([]) is not None
assert total([1] * 0) == 1
"""

def warm_up():
    """Fills the interpreter's caches and specialises the judge, once for all programs that start from here."""
    global streams
    streams = (sys.stdout, sys.stderr)
    for _ in range(30):
        prepare(json.dumps([WARM_UP, "assert total([2, 3]) == 5", "assert total([]) == [1]", "total(", "1/0"]))
        results = [step("") for _ in range(5)]
        if [result == "" for result in results] != [True, True, False, False, False]:
            raise AssertionError(f"the judge misjudges its own example: {results}")
    del sys.modules["__main__"]

warm_up()
`;

/** Python that installs the judge as module `_judge`, with built-ins of its own. */
export const installJudge = `
import builtins, sys, types
judge = types.ModuleType("_judge")
judge.__dict__["__builtins__"] = dict(vars(builtins))
sys.modules["_judge"] = judge
exec(compile(${JSON.stringify(judgeSource)}, "<judge>", "exec"), judge.__dict__)
del judge
`;
