/**
 * EvalPlus's own tests: the answer and the reference solution run on the same inputs and must agree, by `==`, by the
 * oracle of a problem with several right answers, or within a tolerance (evalplus/eval/__init__.py, version 0.3.1).
 * One Python program for the sandbox does it all: expected values never leave the interpreter, and are computed
 * before the answer runs, by code with built-ins of its own. A suite that passed is reported by a word that only the
 * caller knows, so an answer cannot claim it. Departures: an input's time is looked at when the call returns (the
 * sandbox's limit ends an endless one), and an object of a class of the answer's own that decides its comparisons
 * equals nothing.
 */
import type { Benchmark } from "./code-problem.js";
import { mbppConversionsSource, specialOraclesSource } from "./mbpp-inputs.js";
import { closeSource } from "./numpy-comparison.js";
import { pythonLiteral } from "./python-literal.js";

/** What the program writes on its own line where a suite passed; drawn anew for every answer. */
export interface SuiteWords {
  readonly base: string;
  readonly plus: string;
}

/** The program that tests an answer on a problem's inputs. */
export function inputTestProgram(
  benchmark: Benchmark,
  problemJson: string,
  answer: string,
  words: SuiteWords,
): string {
  const texts = [benchmark, problemJson, answer, words.base, words.plus].map(pythonLiteral).join(", ");
  // One expression: no name that the answer could look up holds the judge or what it was given.
  return `import builtins\n(lambda scope: (exec(${pythonLiteral(judgeSource)}, scope), scope["judge"](${texts})))({"__builtins__": dict(vars(builtins)), "__name__": "judge"})\n`;
}

/** What that program printed: which suites passed, and why the first one that did not. */
export function readInputTests(
  output: string,
  words: SuiteWords,
): { readonly base: boolean; readonly plus: boolean; readonly error: string | null } {
  const lines = output.split("\n");
  const error = lines.find(line => line.startsWith(errorMark));
  const base = lines.includes(words.base);
  return { base, plus: base && lines.includes(words.plus), error: error?.slice(errorMark.length) ?? null };
}

const errorMark = "failed: ";

const judgeSource = String.raw`
import copy, io, json, math, sys, time, types
import builtins as shared_builtins
clock, power, square_root, absolute = time.perf_counter, math.pow, math.sqrt, abs
PLAIN = (int, float, complex, bool, str, bytes, type(None))
DECIDING = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__sub__", "__rsub__", "__abs__", "__bool__",
            "__len__", "__iter__", "__contains__")
${closeSource}
${mbppConversionsSource}
${specialOraclesSource}
def known_classes():
    stack, found = [object], set()
    while stack:
        cls = stack.pop()
        if cls not in found:
            found.add(cls)
            stack.extend(type.__subclasses__(cls))
    return found

def has_own_comparison(value, known):
    """Whether a value is or holds an object whose class was made by the answer and decides its comparisons."""
    stack, seen = [value], set()
    while stack:
        value = stack.pop()
        cls = type(value)
        if cls in PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        if any(base not in known and any(name in vars(base) for name in DECIDING)
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

def first_failure(suite, answer, entry, benchmark, atol, known):
    """Runs the answer, alone in a namespace, on every input; None where it passes them all."""
    scope = {"__builtins__": shared_builtins}
    try:
        exec(answer, scope)
        function = scope[entry]
    except BaseException as error:
        return f"the answer does not define {entry}: {type(error).__name__}: {short(error)}"
    for i, (args, expected, limit) in enumerate(zip(suite.inputs, suite.expected, suite.limits)):
        try:
            start = clock()
            out = function(*args)
            seconds = clock() - start
            if seconds > limit:
                return f"input {i} took {seconds:.1f} s, more than {limit:.1f}"
            if has_own_comparison(out, known):
                return f"input {i} gives an object of a class that decides its own comparisons"
            right, atol = agrees(out, expected, args, entry, benchmark, atol)
            if not right:
                return f"input {i} gives {short(out)}, not {short(expected)}"
        except BaseException as error:
            return f"input {i}: {type(error).__name__}: {short(error)}"
    return None

def judge(benchmark, line, answer, base_word, plus_word):
    stdout = sys.stdout
    write, flush = stdout.write, stdout.flush
    problem = json.loads(line)
    try:
        suites = [("base", base_word, Suite(problem, "base_input", benchmark)),
                  ("plus", plus_word, Suite(problem, "plus_input", benchmark))]
    except BaseException as error:
        write(f"${errorMark}the reference solution itself fails: {type(error).__name__}: {short(error)}\n")
        return
    known = known_classes()
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    for name, word, suite in suites:
        why = first_failure(suite, answer, problem["entry_point"], benchmark, problem.get("atol", 0), known)
        write(f"\n{word}\n" if why is None else f"\n${errorMark}{name} {why}\n")
        flush()
        if why is not None:
            return
`;
