"""The part of the dialect that deals with annotations: a syntax tree in which they are evaluated where they
stand, as up to Python 3.13. Since 3.14 they are put off until somebody asks for them.
"""

FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)
# x.y: A, x[1]: A and (x): A, whose annotations are evaluated and not stored
ANNOTATED_PLACE = re.compile(r"^[ \t]*(?:\(\s*\w+\s*\)|\w+(?:\.\w+|\[[^\]\n]*\])+)[ \t]*:(?!=)", re.M)

def has_annotations(code, source):
    """Whether some are to be evaluated: the compiler has put them off, into a function of that name."""
    if code.co_flags & __future__.annotations.compiler_flag:
        return False
    if ANNOTATED_PLACE.search(source):
        return True
    stack = [code]
    while stack:
        for constant in stack.pop().co_consts:
            if type(constant) is type(code):
                if constant.co_name == "__annotate__":
                    return True
                stack.append(constant)
    return False

def place_of(node):
    return dict(lineno=node.lineno, col_offset=node.col_offset,
                end_lineno=node.end_lineno, end_col_offset=node.end_col_offset)

def mangled(name, owner):
    """The name of a private variable of a class."""
    owner = owner.lstrip("_")
    return f"_{owner}{name}" if owner and name.startswith("__") and not name.endswith("__") else name

def evaluate_annotations(tree):
    """Module, class bodies and functions, each with the class around it."""
    roots = [(tree, "")]
    while roots:
        root, owner = roots.pop()
        stores = not isinstance(root, FUNCTION_NODES)
        found, blocks = False, [root.body]
        while blocks:
            body, statements = blocks.pop(), []
            for statement in body:
                if isinstance(statement, FUNCTION_NODES):
                    evaluate_signature(statement, owner)
                    roots.append((statement, owner))
                elif isinstance(statement, ast.ClassDef):
                    roots.append((statement, statement.name))
                elif isinstance(statement, ast.AnnAssign):
                    if stores:
                        found = True
                        statements.extend(annotated_variable(statement, owner))
                        continue
                else:
                    blocks.extend(blocks_of(statement))
                statements.append(statement)
            body[:] = statements
        if found:
            insert_annotations(root)

def blocks_of(statement):
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(statement, field, None)
        if type(inner) is list:
            yield inner
    for field in ("handlers", "cases"):
        for part in getattr(statement, field, ()):
            yield part.body

def insert_annotations(root):
    """__annotations__ = {}, after what has to come first."""
    def comes_first(i, statement):
        if isinstance(statement, ast.ImportFrom):
            return statement.module == "__future__"
        return i == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    first = 0
    while first < len(root.body) and comes_first(first, root.body[first]):
        first += 1
    at = place_of(root.body[min(first, len(root.body) - 1)])
    empty = ast.Assign([ast.Name("__annotations__", ast.Store(), **at)], ast.Dict([], [], **at), **at)
    root.body.insert(first, empty)

def annotated_variable(statement, owner):
    """x: A = v  ->  x = v; __annotations__["x"] = A"""
    at, target = place_of(statement), statement.target
    if statement.value is not None:
        yield ast.Assign([target], statement.value, **at)
    elif isinstance(target, (ast.Attribute, ast.Subscript)):
        yield ast.Expr(target.value, **at)
    at = place_of(statement.annotation)
    if not statement.simple:
        yield ast.Expr(statement.annotation, **at)
        return
    key = ast.Constant(mangled(target.id, owner), **at)
    store = ast.Subscript(ast.Name("__annotations__", ast.Load(), **at), key, ast.Store(), **at)
    yield ast.Assign([store], statement.annotation, **at)

def evaluate_signature(function, owner):
    """
    Takes the annotations out and puts them into an innermost decorator, which the scope around evaluates:
    (lambda values: lambda f: f.__setattr__("__annotate__", lambda form: values) or f)({"x": A, "return": B})
    """
    arguments = function.args
    positional = [*arguments.args, *arguments.posonlyargs]
    parameters = [*positional, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    annotated = [part for part in parameters if part is not None and part.annotation is not None]
    names = [mangled(part.arg, owner) for part in annotated]
    values = [part.annotation for part in annotated]
    for part in annotated:
        part.annotation = None
    if function.returns is not None:
        names.append("return")
        values.append(function.returns)
        function.returns = None
    if not names:
        return
    at = place_of(function)
    keys = [ast.Constant(name, **at) for name in names]
    evaluated = ast.Dict(keys, [unstarred(value) for value in values], **at)
    function.decorator_list.append(ast.Call(setter(at), [evaluated], [], **at))

def unstarred(value):
    """*args: *Ts takes the only element."""
    if not isinstance(value, ast.Starred):
        return value
    at = place_of(value)
    only = ast.Tuple([value], ast.Load(), **at)
    return ast.Subscript(only, ast.Constant(0, **at), ast.Load(), **at)

def setter(at):
    def takes(name, result):
        return ast.Lambda(ast.arguments([], [ast.arg(name, **at)], None, [], [], None, []), result, **at)
    def read(name):
        return ast.Name(name, ast.Load(), **at)
    method = ast.Attribute(read("f"), "__setattr__", ast.Load(), **at)
    given = takes("form", read("values"))
    stored = ast.Call(method, [ast.Constant("__annotate__", **at), given], [], **at)
    return takes("values", takes("f", ast.BoolOp(ast.Or(), [stored, read("f")], **at)))
