/**
 * EvalPlus's own tests: the answer and the reference solution run on the same inputs and must agree, by `==`,
 * by the oracle of a problem with several right answers, or within a tolerance (evalplus/eval/__init__.py,
 * version 0.3.1). A suite is one Python test for the sandbox, which runs apart from the answer: expected
 * values are computed there, by the reference solution. Departures: an input's time is looked at when the
 * call returns (the sandbox's limit ends an endless one); a right find_zero (HumanEval/32) passes, of which
 * 0.3.1 forgets to count the inputs.
 *
 * What a benchmark leaves to its reader is Python of its own (`rules`): `arguments(task, inputs)`, what the
 * inputs stand for; `reference_value(entry, out)`, what of the reference's result counts; ORACLES, by
 * function, what is right beside an equal result; SETTLED, by function, what alone is right.
 */
import type { InputTests } from "../core/records.js";
import { closeSource } from "./numpy-comparison.js";
import { pythonLiteral } from "./python-literal.js";

export type InputSuite = "base" | "plus";

/** The test of one suite. */
export function inputTest({ json, rules }: InputTests, suite: InputSuite): string {
  const texts = [json, suite].map(pythonLiteral).join(", ");
  const scope = `judge = {"__name__": "judge"}\nexec(${pythonLiteral(judgeSource + rules)}, judge)\n`;
  return `${scope}judge["grade"](${texts}, __answer__)\n`;
}

/** The judge's own sentence, without Python's name for it. */
export function inputTestFailure(error: string): string {
  return error.replace(/^AssertionError: ([^]*?)(?: \(line \d+\))?$/, "$1");
}

const judgeSource = String.raw`
import copy, json, math, time
clock, power, square_root, absolute = time.perf_counter, math.pow, math.sqrt, abs
${closeSource}
def all_floats(value):
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(isinstance(item, float) for item in value)
    return isinstance(value, float)

class Suite:
    """Inputs with what the reference solution makes of them, and how long it took."""
    def __init__(self, problem, key):
        entry = problem["entry_point"]
        self.inputs = arguments(problem["task_id"], problem.get(key) or [])
        scope = {}
        exec(problem["prompt"] + problem["canonical_solution"], scope)
        self.expected, self.limits = [], []
        for args in copy.deepcopy(self.inputs):
            start = clock()
            out = scope[entry](*args)
            self.limits.append(max(1.0, 4 * (clock() - start)))
            self.expected.append(reference_value(entry, out))

def agrees(out, expected, args, entry, atol):
    """(whether, the tolerance from here on): EvalPlus keeps a tolerance once floats have asked for it."""
    if entry in SETTLED:
        return SETTLED[entry](out, args, atol), atol
    oracle = ORACLES.get(entry)
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

def first_failure(suite, function, entry, atol):
    """Runs the answer on every input; None where it passes them all."""
    for i, (args, expected, limit) in enumerate(zip(suite.inputs, suite.expected, suite.limits)):
        try:
            start = clock()
            out = function(*args)
            seconds = clock() - start
            if seconds > limit:
                return f"input {i} took {seconds:.1f} s, more than {limit:.1f}"
            right, atol = agrees(out, expected, args, entry, atol)
            if not right:
                return f"input {i} gives {short(out)}, not {short(expected)}"
        except BaseException as error:
            return f"input {i}: {type(error).__name__}: {short(error)}"
    return None

def grade(line, suite, answer):
    problem = json.loads(line)
    entry = problem["entry_point"]
    try:
        known = Suite(problem, f"{suite}_input")
    except BaseException as error:
        reason = f"{type(error).__name__}: {short(error)}"
        raise AssertionError(f"the reference solution itself fails: {reason}") from None
    try:
        function = answer(entry)
    except BaseException:
        raise AssertionError(f"the answer does not define {entry}") from None
    why = first_failure(known, function, entry, problem.get("atol", 0))
    if why is not None:
        raise AssertionError(f"{suite} {why}")
`;
