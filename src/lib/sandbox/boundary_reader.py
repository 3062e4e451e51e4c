"""JSON to values: the part of the boundary (boundary.py) that reads messages."""

KEYED = {"Counter": collections.Counter, "OrderedDict": collections.OrderedDict}
MOMENTS = {"date": datetime.date.fromisoformat, "datetime": datetime.datetime.fromisoformat,
           "time": datetime.time.fromisoformat}
record_types = {}

class Reader:
    """Reads values of one message, numbering containers as its writer did."""
    def __init__(self, known=()):
        self.met = list(known)

    def read(self, value):
        kind = type(value)
        if kind is list:
            self.met.append(value)
            return self.fill(value)
        if kind is not dict:
            return value
        (tag, body), = value.items()
        return READERS[tag](self, body)

    def fill(self, items):
        for i, item in enumerate(items):
            if type(item) is list or type(item) is dict:
                items[i] = self.read(item)
        return items

    def into(self, empty, add):
        self.met.append(empty)
        add(empty)
        return empty

    def keyed(self, body):
        tag, keys, values, factory = body
        if tag == "defaultdict":
            empty = collections.defaultdict()
        else:
            empty = KEYED[tag]()
        self.met.append(empty)
        if tag == "defaultdict":
            empty.default_factory = self.read(factory)
        for key, value in zip(self.fill(keys), self.fill(values)):
            dict.__setitem__(empty, key, value) if tag != "OrderedDict" else empty.__setitem__(key, value)
        return empty

    def view(self, body):
        name, items = body
        items = self.fill(items)
        if name == "keys":
            return dict.fromkeys(items).keys()
        return dict(enumerate(items)).values() if name == "values" else dict(items).items()

    def namedtuple(self, body):
        name, fields, items = body
        key = (name, *fields)
        if key not in record_types:
            record_types[key] = collections.namedtuple(name, fields)
        return record_types[key](*self.fill(items))

    def moment(self, body):
        name, value = body
        return datetime.timedelta(*value) if name == "timedelta" else MOMENTS[name](value)

    def exact(self, body):
        name, first, second = body
        return Fraction(int(first, 16), int(second, 16)) if name == "Fraction" else Decimal(first)

def library_object(path):
    global spotless
    spotless = False
    module, name = path
    if type(module) is not str or module.partition(".")[0] not in LIBRARY:
        raise BoundaryError(f"no module {module} of the standard library")
    found = __import__(module, fromlist=["x"])
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, type) and not isinstance(found, FUNCTIONS):
        raise BoundaryError(f"{module}.{name} is neither a class nor a function")
    return found

def library_module(name):
    global spotless
    spotless = False
    if name.partition(".")[0] not in LIBRARY:
        raise BoundaryError(f"no module {name} of the standard library")
    return __import__(name, fromlist=["x"])

def read_dict(reader, body):
    empty = {}
    reader.met.append(empty)
    keys, values = body
    empty.update(zip(reader.fill(keys), reader.fill(values)))
    return empty

def read_text_dict(reader, body):
    reader.met.append(body)
    for key, item in body.items():
        if type(item) is list or type(item) is dict:
            body[key] = reader.read(item)
    return body

READERS = {
    "i": lambda r, b: int(b, 16), "t": lambda r, b: tuple(r.fill(b)), "f": lambda r, b: frozenset(r.fill(b)),
    "s": lambda r, b: r.into(set(), lambda empty: empty.update(r.fill(b))), "d": read_dict, "D": read_text_dict,
    "b": lambda r, b: b.encode("latin-1"), "c": lambda r, b: complex(*b), "e": lambda r, b: ...,
    "B": lambda r, b: r.into(bytearray(), lambda empty: empty.extend(b.encode("latin-1"))),
    "q": lambda r, b: r.into(collections.deque(maxlen=b[0]), lambda empty: empty.extend(r.fill(b[1]))),
    "r": lambda r, b: range(*r.fill(b)), "k": Reader.keyed, "v": Reader.view, "n": Reader.namedtuple,
    "w": Reader.moment, "x": Reader.exact, "m": lambda r, b: r.met[b], "o": lambda r, b: held[b],
    "g": lambda r, b: library_object(b), "M": lambda r, b: library_module(b),
    "F": lambda r, b: remote(b[0], lambda: RemoteFunction(*b)), "I": lambda r, b: remote(b, lambda: RemoteIterator(b)),
    "C": lambda r, b: remote_class(b), "h": lambda r, b: remote(b[0], lambda: remote_object(*b)),
}
