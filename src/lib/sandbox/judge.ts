/**
 * The Python half of the sandbox: runs a program and its tests inside the interpreter and says for each how it
 * ended. It runs beside code that wants to look correct, so:
 *
 * - Asserts report what became of them (`judge-asserts.ts`).
 * - Program and tests are all compiled before any of them runs; reporting goes through constants of the code
 *   objects, not through names; the judge has built-ins of its own.
 * - `seal` removes what reads other code's frames and objects: gc, ctypes, the frame's f_back, tracing.
 *
 * What it cannot see: a program that reads the expected values from code objects of its own text (asserts of
 * `tests` are out of reach), and a patched helper such as `abs` called within an assert.
 */
import { assertsSource } from "./judge-asserts.js";

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

${assertsSource}
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
