"""The names that tests see: their own, the built-in ones, and the answer's, which are calls across."""

class TestNames(dict):
    """The tests' own names; any other is looked up where the answer runs."""
    of_the_answer = frozenset()
    def __missing__(self, name):
        if name in BUILT_IN and name not in self.of_the_answer or type(name) is not str or name.startswith("__"):
            raise KeyError(name)
        value = request("name", 0, name)
        # A module of the answer's own making in the place of a library's proves nothing.
        return library_module(name) if name in LIBRARY and isinstance(type(value), RemoteMeta) else value

def from_the_answer(name):
    """The answer's object of that name, be it a built-in's too; tests find it as __answer__."""
    return request("name", 0, name)

BUILT_IN = frozenset(dir(builtins))

# One assert of comparisons and calls, by these built-ins and the answer's functions, leaves nothing behind.
ONE_ASSERT = re.compile(r"""\s*assert (?:[\w\s\[\](){},.'"+\-*/%<>!=]|:(?!=))*""", re.A)
PURE = frozenset("abs all any bool dict float frozenset int len list max min range reversed round set sorted str sum "
                 "tuple type zip".split())

def is_pure(source, code):
    return "__" not in source and ONE_ASSERT.fullmatch(source) is not None and PURE.issuperset(
        BUILT_IN.intersection(names_in(code, set())))

def names_in(code, found):
    found.update(code.co_names)
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            names_in(constant, found)
    return found

def names_of_the_answer(code, own):
    """A test that names nothing but built-ins means the answer's functions of these names: MBPP has a task "sum"."""
    names = names_in(code, set())
    built_in = names & BUILT_IN
    if not built_in:
        return built_in
    foreign = {name for name in names - BUILT_IN if name not in own and not name.startswith("__")}
    return frozenset() if foreign - stored_in(code, set()) else built_in

BINDING = ("STORE_NAME", "STORE_GLOBAL", "LOAD_ATTR", "STORE_ATTR", "IMPORT_NAME", "IMPORT_FROM")

def stored_in(code, found):
    """Names that the code itself binds, and attributes: neither is looked up in the answer."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in BINDING:
            found.add(instruction.argval)
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            stored_in(constant, found)
    return found
