"""A program that holds its own asserts. Each assert that fails tells the host before it raises, by a system
call that only the sandbox knows, so it counts although the program swallows the exception. Where the last
statements of a program test what stands before them, `split_tests` finds where they begin: they run in the other
interpreter, like the tests of a program that was handed over with some.

What it cannot see: asserts in text given to exec(), which are judged only by what they raise.
"""

REPORT = int.from_bytes(os.urandom(16))
seek = posix.lseek

def reporting(node):
    """assert TEST, MSG -> try: held = not not TEST / except: report; raise / if not held: report; raise as before."""
    at = dict(lineno=node.lineno, col_offset=node.col_offset,
              end_lineno=node.end_lineno, end_col_offset=node.end_col_offset)
    def report():
        # a choice that the compiler makes: it warns of a constant that is called
        reporter = ast.IfExp(ast.Constant(True, **at), ast.Constant(REPORT, **at), ast.Constant(None, **at), **at)
        args = [ast.Constant(REPORT_DESCRIPTOR, **at), ast.Constant(node.lineno, **at), ast.Constant(0, **at)]
        return ast.Expr(ast.Call(reporter, args, [], **at), **at)
    held = ast.NamedExpr(ast.Name("<held>", ast.Store(), **at),
                         ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), node.test, **at), **at), **at)
    attempt = ast.Try([ast.Expr(held, **at)],
                      [ast.ExceptHandler(None, None, [report(), ast.Raise(None, None, **at)], **at)], [], [], **at)
    raising = ast.Assert(ast.Constant(False, **at), node.msg, **at)
    return [attempt, ast.If(ast.UnaryOp(ast.Not(), ast.Name("<held>", ast.Load(), **at), **at),
                            [report(), raising], [], **at)]

def rewrite(tree):
    """Puts the reporting form in place of every assert statement."""
    blocks = [tree.body]
    while blocks:
        block = blocks.pop()
        rewritten = []
        for node in block:
            if type(node) is ast.Assert:
                rewritten.extend(reporting(node))
                continue
            rewritten.append(node)
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(node, field, None)
                if type(inner) is list:
                    blocks.append(inner)
            for field in ("handlers", "cases"):
                blocks.extend(part.body for part in getattr(node, field, ()))
        block[:] = rewritten

def embed(code):
    """Puts the reporting call where its mark stands among the constants."""
    def constant(value):
        if type(value) is types.CodeType:
            return embed(value)
        return seek if type(value) is int and value == REPORT else value
    return code.replace(co_consts=tuple(map(constant, code.co_consts)))

# Without any of these words a program cannot catch an exception, so its asserts cannot be swallowed.
CATCHES = re.compile(r"__|\b(?:try|with|import|exec|eval|compile|getattr|await)\b")
HARMLESS_IMPORT = re.compile(r"^(?:import math|from typing import [A-Za-z, ]+) *$", re.M)

def may_swallow(source):
    return not source.isascii() or CATCHES.search(HARMLESS_IMPORT.sub("", source)) is not None

# ---- where the tests of a program begin ----

TESTER = re.compile(r"check|test")

def holds_assert(node):
    return any(type(inner) is ast.Assert for inner in ast.walk(node))

def names_used(nodes):
    return {inner.id for node in nodes for inner in ast.walk(node) if type(inner) is ast.Name}

def is_test(node):
    kind = type(node)
    if kind is ast.Assert or kind is ast.Pass:
        return True
    if kind in (ast.For, ast.If, ast.While, ast.With):
        return holds_assert(node) and not any(
            type(inner) in (ast.FunctionDef, ast.ClassDef) for inner in ast.walk(node))
    if kind is ast.FunctionDef:
        return TESTER.match(node.name) is not None and holds_assert(node)
    if kind is ast.Expr:
        call = node.value
        return type(call) is ast.Constant or type(call) is ast.Call and type(call.func) is ast.Name and (
            call.func.id == "print" or TESTER.match(call.func.id) is not None)
    return kind is ast.Assign and all(type(target) is ast.Name for target in node.targets)

def first_line(node):
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])

def split_tests(source):
    """
    [program, tests] as JSON, or "": tests are a program's last statements, where they assert something and
    something but imports stands before them. A name that they bind must not be one that the program uses.
    """
    if "assert" not in source:
        return ""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""
    start = len(body)
    while start > 0 and is_test(body[start - 1]):
        start -= 1
    while start < len(body):
        before, tests = body[:start], body[start:]
        bound = {target.id for node in tests if type(node) is ast.Assign for target in node.targets}
        if not bound & names_used(before):
            break
        start += 1
    while start < len(body) and type(body[start]) in (ast.Expr, ast.Pass) and not holds_assert(body[start]):
        start += 1
    before, tests = body[:start], body[start:]
    if not any(holds_assert(node) for node in tests):
        return ""
    if all(type(node) in (ast.Import, ast.ImportFrom) or type(node) is ast.Expr and type(node.value) is ast.Constant
           for node in before):
        return ""
    line = first_line(tests[0])
    if line <= max(node.end_lineno for node in before):
        return ""
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", source)
    return json.dumps(["".join(lines[:line - 1]), "\n" * (line - 1) + "".join(lines[line - 1:])])
