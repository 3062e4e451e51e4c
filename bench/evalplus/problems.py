"""HumanEval and MBPP as files of EvalPlus's form: inputs recorded from their public tests, expected values not in them."""

import ast
import copy
import gzip
import json
import math
import sys
import types
from contextlib import redirect_stdout
from io import StringIO

# EvalPlus imports it to fetch its own problem files, which nobody does here.
sys.modules.setdefault("datasets", types.SimpleNamespace(load_dataset=None))

from evalplus.data.mbpp import mbpp_deserialize_inputs
from evalplus.gen.util import trusted_exec

BASE_INPUTS = 3
"""The first inputs of a problem are its base suite, the others plus."""


def read_rows(file):
    with (gzip.open if str(file).endswith(".gz") else open)(file, "rt") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def humaneval_problems(file):
    return [problem for row in read_rows(file) if (problem := from_humaneval(row)) is not None]


def mbpp_problems(file):
    return [problem for row in read_rows(file) if (problem := from_mbpp(row)) is not None]


def from_humaneval(row):
    scope = {}
    exec(row["prompt"] + row["canonical_solution"] + "\n" + row["test"], scope)
    inputs = recorded(scope[row["entry_point"]], scope["check"])
    kept = {name: row[name] for name in ("task_id", "prompt", "entry_point", "canonical_solution")}
    return with_inputs(kept, inputs, lambda stored: stored)


def from_mbpp(row):
    """None where a test is more than a call of one function with data, or the code prints or reads."""
    code = row["code"].replace("\r\n", "\n")
    entry = called_name(code, row["test_list"])
    if entry is None or row["test_setup_code"]:
        return None
    scope = {}

    def check(candidate):
        names = {**scope, entry: candidate}  # in names of their own: a recursive solution goes on calling itself
        for test in row["test_list"] + row["challenge_test_list"]:
            exec(test, names)

    try:
        exec(code, scope)
        inputs = recorded(scope[entry], check)
    except Exception:
        return None
    task = f"Mbpp/{row['task_id']}"
    prompt = f'"""\n{row["text"].strip()}\n{row["test_list"][0]}\n"""\n'
    kept = {"task_id": task, "prompt": prompt, "entry_point": entry, "canonical_solution": code}
    return with_inputs(kept, inputs, lambda stored: mbpp_deserialize_inputs(task, stored))


def called_name(code, tests):
    defined = {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
    called = [
        node.func.id
        for test in tests
        for node in ast.walk(ast.parse(test))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in defined
    ]
    return called[0] if called and len(set(called)) == 1 else None


def recorded(function, check):
    """The arguments of every call that the tests make."""
    calls = []

    def candidate(*args):
        calls.append(list(copy.deepcopy(args)))
        return function(*args)

    with redirect_stdout(StringIO()):
        check(candidate)
    return calls


def with_inputs(problem, inputs, deserialized):
    """None where the inputs do not survive the file, or the reference solution does not survive the inputs."""
    try:
        stored = json.loads(json.dumps(inputs))
        same = repr(deserialized(copy.deepcopy(stored))) == repr(inputs)
        expected = trusted_exec(problem["prompt"] + problem["canonical_solution"], inputs, problem["entry_point"])
    except Exception:
        return None
    if not same or not inputs or any(not is_data(value) for value in expected):
        return None
    tolerance = 1e-4 if problem["entry_point"] == "find_zero" else 1e-6 if has_float(expected) else 0
    suites = {"base_input": stored[:BASE_INPUTS], "plus_input": stored[BASE_INPUTS:] or stored[-1:]}
    return {**problem, **suites, "atol": tolerance, "contract": ""}


def is_data(value):
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(is_data, value))
    if isinstance(value, dict):
        return all(is_data(part) for item in value.items() for part in item)
    return value is None or isinstance(value, (bool, int, float, complex, str, bytes))


def has_float(value):
    if isinstance(value, (list, tuple)):
        return any(map(has_float, value))
    return isinstance(value, float) and not math.isnan(value)


def runtime_inputs(benchmark, problem, suite):
    stored = copy.deepcopy(problem[suite])
    return mbpp_deserialize_inputs(problem["task_id"], stored) if benchmark == "mbpp" else stored


def reference(problem):
    """The reference solution as one program without docstrings, whose changes make answers."""
    tree = ast.parse(problem["prompt"] + problem["canonical_solution"])
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1 and is_docstring(body[0]):
            del body[0]
    return tree


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


