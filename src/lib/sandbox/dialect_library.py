"""The part of the dialect that deals with the library: what answers notice of the changes since 3.11.
Names stay that the library needs itself when it runs (heapq's functions of maxima, functools.Placeholder, most of
typing).
"""

NEWER_NAMES = {
    "collections.abc": ["Buffer"], "copy": ["replace"], "itertools": ["batched"], "math": ["fma", "sumprod"],
    "operator": ["is_none", "is_not_none"], "random": ["binomialvariate"],
    "statistics": ["kde", "kde_random"],
}
OLD_CONSTANTS = {
    "Num": (int, float, complex), "Str": (str,), "Bytes": (bytes,), "NameConstant": (bool, type(None)),
}

def plain_sum(compensated):
    """
    sum() without the compensation that floats have had since 3.12. A start of a subclass makes it add one
    value after the other by the operator, whose result is of the class itself.
    """
    starts = {kind: type(kind.__name__, (kind,), {}) for kind in (int, float, complex)}
    def sum(iterable, /, start=0):
        kind = starts.get(type(start))
        if kind is None:
            return compensated(iterable, start)
        first = kind(start)
        total = compensated(iterable, first)
        return start if total is first else total
    sum.__doc__ = compensated.__doc__
    return sum

def restore_old_constants():
    """Classes of syntax trees that ast.Constant replaced; programs that evaluate expressions ask for them."""
    class Old(type):
        def __instancecheck__(cls, node):
            return isinstance(node, ast.Constant) and type(node.value) in cls.kinds
        def __call__(cls, *args, **named):
            return ast.Constant(*args, **named)
    for name, kinds in OLD_CONSTANTS.items():
        setattr(ast, name, Old(name, (), {"kinds": kinds}))
    ast.Constant.n = ast.Constant.s = property(lambda self: self.value)
    def visit_Constant(self, node):
        for name, kinds in OLD_CONSTANTS.items():
            method = getattr(self, f"visit_{name}", None)
            if method is not None and type(node.value) in kinds:
                return method(node)
        return self.generic_visit(node)
    ast.NodeVisitor.visit_Constant = visit_Constant

def install_library_differences(builtins_module):
    """Makes the library that of 3.11, as far as answers notice. Run once, before sealing."""
    import fractions, gc, importlib, pickle, statistics  # noqa: F401: some use what is taken away
    for module, names in NEWER_NAMES.items():
        library = importlib.import_module(module)
        exported = getattr(library, "__all__", [])
        for name in names:
            vars(library).pop(name, None)
            if name in exported:
                exported.remove(name)
    del fractions.Fraction.is_integer
    gc.get_referents(int.__dict__)[0].pop("is_integer", None)  # nobody has looked it up yet: no cache has it
    restore_old_constants()
    builtins_module.sum = plain_sum(builtins_module.sum)
