"""Values to JSON: the part of the boundary (boundary.py) that writes messages."""

def library_path(value):
    """[module, name] of a class or function of the standard library, by which the other side finds its own."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if module is None and type(value) is types.BuiltinFunctionType:
        module = getattr(getattr(value, "__self__", None), "__name__", None)
    if type(module) is not str or type(name) is not str or module.partition(".")[0] not in LIBRARY:
        return None
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return [module, name] if found is value else None

def class_of(cls):
    """[number, name, bases, plain base] of a program's own class; a library class by its path."""
    path = library_path(cls)
    if path is not None:
        return path
    bases = [class_of(base) for base in type.__dict__["__bases__"].__get__(cls) if base is not object]
    plain = next((base.__name__ for base in type.mro(cls) if base in CONTAINERS), None)
    return [hold(cls), cls.__name__ if type(cls.__name__) is str else "?", bases, plain]

class Writer:
    """Writes values of one message; containers that can change are numbered in the order they are met."""
    def __init__(self, known=()):
        self.numbers = {id(value): i for i, value in enumerate(known)}
        self.keep, self.open = list(known), set()

    def write(self, value):
        kind = type(value)
        if kind in AS_IT_IS:
            return value if kind is not int or value.bit_length() < LARGE else {"i": hex(value)}
        writer = WRITERS.get(kind)
        if writer is not None:
            return writer(self, value)
        return self.other(value, kind)

    def items(self, values):
        return [value if type(value) in AS_IT_IS and (type(value) is not int or value.bit_length() < LARGE)
                else self.write(value) for value in values]

    def numbered(self, value, write):
        number = self.numbers.get(id(value))
        if number is not None:
            if number in self.open:
                global cannot_cross
                cannot_cross = True
                raise CannotCross("a value that contains itself cannot cross")
            return {"m": number}
        number = self.numbers[id(value)] = len(self.keep)
        self.keep.append(value)
        self.open.add(number)
        try:
            return write(self, value)
        finally:
            self.open.discard(number)

    def contents(self, value):
        """What a numbered container holds now."""
        number = self.numbers[id(value)]
        self.open.add(number)
        try:
            return CHANGING[type(value)](self, value)
        finally:
            self.open.discard(number)

    def other(self, value, kind):
        if kind is RemoteFunction or kind is RemoteIterator:
            return {"o": object.__getattribute__(value, "number")}
        if isinstance(kind, RemoteMeta):
            return {"o": object.__getattribute__(value, "_number")}
        if isinstance(value, type):
            return self.a_class(value)
        if kind is types.ModuleType:
            name = value.__dict__.get("__name__")
            if type(name) is str and name.partition(".")[0] in LIBRARY and sys.modules.get(name) is value:
                return {"M": name}
        if isinstance(value, FUNCTIONS):
            path = library_path(value)
            return {"g": path} if path is not None else {"F": [hold(value), str(getattr(value, "__name__", "?"))]}
        if isinstance(value, tuple) and type(getattr(kind, "_fields", None)) is tuple and len(kind.__mro__) == 3:
            fields = [str(field) for field in kind._fields]
            return {"n": [kind.__name__, fields, self.items(tuple.__iter__(value))]}
        if not isinstance(value, enum.Enum) or isinstance(value, (int, str)):
            for base in SCALAR_BASES:
                if isinstance(value, base):
                    return self.write(PLAIN_OF[base](value))
        if hasattr(kind, "__next__"):
            return {"I": hold(value)}
        return {"h": [hold(value), class_of(kind)]}

    def a_class(self, cls):
        if isinstance(cls, RemoteMeta) or cls in local_exceptions.values():
            return {"o": type.__getattribute__(cls, "_class_number")}
        found = class_of(cls)
        return {"g": found} if len(found) == 2 else {"C": found}

PLAIN_OF = {int: int.__int__, float: float.__float__, str: lambda value: str.__str__(value)[:],
            bytes: lambda value: bytes.__getitem__(value, slice(None)), complex: lambda value: complex.__pos__(value)}

def write_list(writer, value):
    return writer.items(list.__iter__(value))

def write_dict(writer, value):
    keys, values = list(dict.keys(value)), list(dict.values(value))
    if set(map(type, keys)) <= {str}:
        return {"D": dict(zip(keys, writer.items(values)))}
    return {"d": [writer.items(keys), writer.items(values)]}

def write_keyed(tag):
    def write(writer, value):
        factory = writer.write(value.default_factory) if tag == "defaultdict" else None
        return {"k": [tag, writer.items(dict.keys(value)), writer.items(dict.values(value)), factory]}
    return write

def write_moment(writer, value):
    if getattr(value, "tzinfo", None) is not None:
        return {"h": [hold(value), class_of(type(value))]}
    if type(value) is datetime.timedelta:
        return {"w": ["timedelta", [value.days, value.seconds, value.microseconds]]}
    return {"w": [type(value).__name__, type(value).isoformat(value)]}

CHANGING = {
    list: write_list, dict: write_dict, set: lambda w, v: {"s": w.items(set.__iter__(v))},
    bytearray: lambda w, v: {"B": bytes(v).decode("latin-1")},
    collections.deque: lambda w, v: {"q": [v.maxlen, w.items(list(v))]},
    collections.Counter: write_keyed("Counter"), collections.OrderedDict: write_keyed("OrderedDict"),
    collections.defaultdict: write_keyed("defaultdict"),
}
WRITERS = {kind: (lambda write: lambda w, v: w.numbered(v, write))(write) for kind, write in CHANGING.items()}
WRITERS.update({
    tuple: lambda w, v: {"t": w.items(v)}, frozenset: lambda w, v: {"f": w.items(v)},
    bytes: lambda w, v: {"b": v.decode("latin-1")}, complex: lambda w, v: {"c": [v.real, v.imag]},
    range: lambda w, v: {"r": w.items((v.start, v.stop, v.step))}, type(...): lambda w, v: {"e": 0},
    Fraction: lambda w, v: {"x": ["Fraction", hex(v.numerator), hex(v.denominator)]},
    Decimal: lambda w, v: {"x": ["Decimal", str(v), ""]},
    datetime.date: write_moment, datetime.datetime: write_moment, datetime.time: write_moment,
    datetime.timedelta: write_moment,
})
WRITERS.update({
    view: (lambda name: lambda w, v: {"v": [name, w.items(list(v))]})(name) for view, name in VIEWS.items()
})
