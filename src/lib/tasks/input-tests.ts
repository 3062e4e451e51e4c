/**
 * EvalPlus's own tests: the answer and the reference solution run on the same inputs and must agree, by `==`, by the
 * oracle of a problem with several right answers, or within a tolerance (evalplus/eval/__init__.py, version 0.3.1).
 * A suite is one test, Python source that knows the reference solution and calls the answer's function by its name.
 * Departures: an input's time is looked at when the call returns (the sandbox's limit ends an endless one), and an
 * object of a class that the answer made and that decides its own comparisons equals nothing.
 */
import type { Benchmark } from "./code-problem.js";
import { mbppConversionsSource, specialOraclesSource } from "./mbpp-inputs.js";
import { closeSource } from "./numpy-comparison.js";
import { pythonLiteral } from "./python-literal.js";

export type InputSuite = "base" | "plus";

/**
 * The test of one suite, in a namespace of its own with its own built-ins.
 * @param problemJson the problem's line of the file
 */
export function inputTest(
  benchmark: Benchmark,
  problemJson: string,
  entryPoint: string,
  suite: InputSuite,
): string {
  const texts = [benchmark, problemJson, suite].map(pythonLiteral).join(", ");
  const scope = '{"__builtins__": dict(vars(__import__("builtins"))), "__name__": "judge"}';
  return `(lambda scope: (exec(${pythonLiteral(judgeSource)}, scope), scope["judge"](${texts}, lambda: ${entryPoint})))(${scope})\n`;
}

/** Why a suite failed, from the sandbox's error; null where the error is not the judge's. */
export function inputTestFailure(error: string): string | null {
  return /^AssertionError: ([^]*?)(?: \(line \d+\))?$/.exec(error)?.[1] ?? null;
}

const judgeSource = String.raw`
import copy, json, math, sys, time
clock, power, square_root, absolute = time.perf_counter, math.pow, math.sqrt, abs
PLAIN = (int, float, complex, bool, str, bytes, type(None))
DECIDING = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__sub__", "__rsub__", "__abs__", "__bool__",
            "__len__", "__iter__", "__contains__")
${closeSource}
${mbppConversionsSource}
${specialOraclesSource}
def is_library_class(cls):
    """Whether a class is where it says it is, in a module that came with Python."""
    module = cls.__module__
    home = sys.modules.get(module) if module.partition(".")[0] in sys.stdlib_module_names else None
    return module == "builtins" or getattr(home, cls.__name__, None) is cls

def has_own_comparison(value):
    """Whether a value is or holds an object whose class was made by the answer and decides its comparisons."""
    stack, seen = [value], set()
    while stack:
        value = stack.pop()
        cls = type(value)
        if cls in PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        if any(any(name in vars(base) for name in DECIDING) and not is_library_class(base)
               for base in type.mro(cls)):
            return True
        if isinstance(value, dict):
            stack.extend(dict.keys(value))
            stack.extend(dict.values(value))
        elif isinstance(value, (list, tuple, set, frozenset)):
            stack.extend(value)
    return False

def all_floats(value):
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(isinstance(item, float) for item in value)
    return isinstance(value, float)

class Suite:
    """Inputs with what the reference solution makes of them, and how long it took."""
    def __init__(self, problem, key, benchmark):
        entry = problem["entry_point"]
        inputs = problem.get(key) or []
        self.inputs = mbpp_arguments(problem["task_id"], inputs) if benchmark == "mbpp" else inputs
        scope = {}
        exec(problem["prompt"] + problem["canonical_solution"], scope)
        self.expected, self.limits = [], []
        for args in copy.deepcopy(self.inputs):
            start = clock()
            out = scope[entry](*args)
            self.limits.append(max(1.0, 4 * (clock() - start)))
            self.expected.append(out is not None if benchmark == "mbpp" and entry in NOT_NONE else out)

def agrees(out, expected, args, entry, benchmark, atol):
    """(whether, the tolerance from here on): EvalPlus keeps a tolerance once floats have asked for it."""
    if benchmark == "humaneval" and entry == "find_zero":
        return absolute(polynomial(*args, out)) <= atol, atol
    oracle = MBPP_ORACLES.get(entry) if benchmark == "mbpp" else None
    same = oracle(out, expected, args, atol) if oracle else out == expected
    if atol == 0 and all_floats(expected):
        atol = 1e-6
    if same or atol == 0:
        return bool(same), atol
    if type(out) is not type(expected) or isinstance(expected, (list, tuple)) and len(out) != len(expected):
        return False, atol
    return close(out, expected, 1e-7, atol), atol

def short(value):
    try:
        return repr(value).encode("ascii", "backslashreplace").decode()[:200]
    except BaseException:
        return "a value that cannot be shown"

def first_failure(suite, function, entry, benchmark, atol):
    """Runs the answer on every input; None where it passes them all."""
    for i, (args, expected, limit) in enumerate(zip(suite.inputs, suite.expected, suite.limits)):
        try:
            start = clock()
            out = function(*args)
            seconds = clock() - start
            if seconds > limit:
                return f"input {i} took {seconds:.1f} s, more than {limit:.1f}"
            if has_own_comparison(out):
                return f"input {i} gives an object of a class that decides its own comparisons"
            right, atol = agrees(out, expected, args, entry, benchmark, atol)
            if not right:
                return f"input {i} gives {short(out)}, not {short(expected)}"
        except BaseException as error:
            return f"input {i}: {type(error).__name__}: {short(error)}"
    return None

def judge(benchmark, line, name, function):
    problem = json.loads(line)
    entry = problem["entry_point"]
    try:
        suite = Suite(problem, name + "_input", benchmark)
    except BaseException as error:
        raise AssertionError(f"the reference solution itself fails: {type(error).__name__}: {short(error)}")
    try:
        function = function()
    except NameError:
        raise AssertionError(f"the answer does not define {entry}")
    why = first_failure(suite, function, entry, benchmark, problem.get("atol", 0))
    if why is not None:
        raise AssertionError(f"{name} {why}")
`;
