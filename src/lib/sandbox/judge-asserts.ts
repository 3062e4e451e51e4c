/**
 * The part of the judge that deals with asserts, in Python. Every assert statement is rewritten to report its value
 * before it raises: one that failed, or whose expression raised, counts although the program swallowed the
 * exception. `left == right` (and the other comparisons) between plain built-in values and an object whose class
 * defines comparison in Python is a failure: an object that equals everything answers nothing.
 *
 * What it cannot see: a truthy object in a bare `assert f(x)`, and asserts in text given to exec(), which are
 * judged only by what they raise.
 */
export const assertsSource = String.raw`# ---- is a comparison worth anything? ----

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
`;
