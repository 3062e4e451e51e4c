"""The boundary between two interpreters: the answer runs in one, its tests in the other. Both load this
module. What crosses is text (JSON): plain data by exact type, and numbers that stand for what stays behind. The side
that tests sees an answer's function as a `RemoteFunction`, its classes as local classes whose every use is a call
across, and rebuilds plain data from its own built-in types. So a result can be wrong, but it cannot decide how it is
compared, and the answer's interpreter never holds a test or an expected value.

By value: None, bool, int, float, complex, str, bytes, bytearray, range, `...`, list, tuple, set, frozenset, dict and
its views, namedtuples, deque, Counter, OrderedDict, defaultdict, Fraction, Decimal, date, datetime, time, timedelta;
numbers and texts of a subclass become plain. A container that was passed and changed is changed on the other side
too; what is one object stays one. Library modules, classes and functions cross by name. By number: functions,
iterators, and objects of the program's own classes: their attributes and items can be read and their methods
called, but they are equal to nothing but themselves, have no truth and take part in no arithmetic; two of them are
compared by the answer itself, which is then said (`shared`). Cycles do not cross.
"""

write, wait, read = posix.write, posix.getuid, posix.read
dumps = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
loads = json.JSONDecoder().decode
LIBRARY = frozenset(sys.stdlib_module_names) - FORBIDDEN
AS_IT_IS = frozenset((bool, type(None), str, float, int))
LARGE = 2 ** 12  # bits; beyond them Python may refuse to write an integer in decimal
VIEWS = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial,
             types.MethodDescriptorType, types.WrapperDescriptorType, type(len.__call__),
             type(functools.lru_cache(len)))
SCALAR_BASES = (int, float, complex, str, bytes)
CONTAINERS = (list, dict, set, frozenset, tuple, bytearray)
Fraction, Decimal = fractions.Fraction, decimal.Decimal

class CannotCross(Exception):
    """A test hands over what has no plain form: it is graded inside, with the answer."""

class BoundaryError(Exception):
    """The other side sent something that is no message."""

shared = False  # whether the answer has decided a comparison of two of its own objects
spotless = True  # whether no test so far can have changed its interpreter
cannot_cross = False  # whether a test handed over what has no plain form
held, number_of = {}, {}  # what stays here and the other side knows by number
exporting_all = True  # the answer hides nothing; the tests hand out only what they pass

def hold(value):
    number = number_of.get(id(value))
    if number is None:
        number = number_of[id(value)] = len(held)
        held[number] = value
    return number

# ---- requests ----

def exchange(head, body):
    """Sends two lines and returns the reply."""
    data = f"{dumps(head)}\n{body}".encode()
    write(PIPE, data)
    wait()
    chunks = []
    while True:
        chunk = read(PIPE, 65536)
        chunks.append(chunk)
        if len(chunk) < 65536:
            text = b"".join(chunks).decode()
            if not text:
                raise BoundaryError("the other side gave no reply, or one that is too long")
            return loads(text), '{"m":' in text

def raised(described):
    cls, args, message = described
    try:
        kind = remote_class(cls)
        error = kind(*Reader().fill(args)) if type(args) is list else kind(message)
    except BaseException:
        error = RuntimeError(message)
    if not isinstance(error, BaseException):
        raise BoundaryError("what was raised is no exception")
    error.__cause__ = None
    return error

def call(number, args, kwargs):
    writer = Writer()
    body = dumps([writer.items(args), writer.write(kwargs)] if kwargs else [writer.items(args)])
    reply, refers = exchange(["call", number], body)
    reader = Reader(writer.keep)
    if "changed" in reply:
        # Each entry fills the container of its number; what it holds may be another of them.
        for own, now in zip(list(writer.keep), reply["changed"]):
            refill(own, reader, now)
        if refers:
            refuse_cycles(writer.keep)
    if "raise" in reply:
        raise raised(reply["raise"])
    value = reader.read(reply["value"])
    if refers:
        refuse_cycles(value)
    return value

def request(what, number, *rest):
    writer = Writer()
    reply, refers = exchange([what, number], dumps(writer.items(rest)))
    if "raise" in reply:
        raise raised(reply["raise"])
    value = Reader().read(reply["value"])
    if refers:
        refuse_cycles(value)
    return value

def refuse_cycles(value):
    """The other side may have forged references that make a cycle, which would count as a test's own."""
    global cannot_cross
    before = cannot_cross
    try:
        Writer().write(value)
    except CannotCross:
        raise BoundaryError("a value that contains itself came across") from None
    finally:
        cannot_cross = before

def refill(own, reader, now):
    """Sets a container to new contents without becoming another object."""
    kind = type(own)
    if kind is list:
        own[:] = reader.fill(now)
        return
    (tag, body), = now.items()
    if kind is bytearray:
        own[:] = body.encode("latin-1")
    elif kind is set:
        fresh = reader.fill(body)
        own.clear()
        own.update(fresh)
    elif kind is collections.deque:
        fresh = reader.fill(body[1])
        own.clear()
        own.extend(fresh)
    elif tag == "D":
        fresh = {key: reader.read(item) for key, item in body.items()}
        own.clear()
        own.update(fresh)
    else:
        keys, values = (body[1], body[2]) if tag == "k" else body
        fresh = list(zip(reader.fill(keys), reader.fill(values)))
        own.clear()
        for key, item in fresh:
            own[key] = item

# ---- serving the other side ----

def serve(text):
    """Answers one request; the reply as text. What goes wrong is a reply too."""
    try:
        head, _, body = text.partition("\n")
        what, number = loads(head)
        reply = serve_call(number, body) if what == "call" else {"value": Writer().write(SERVICES[what](number, body))}
        return dumps(reply)
    except BaseException as error:
        return dumps({"raise": described(error)})

def described(error):
    try:
        cls = class_of(type(error))
    except BaseException:
        cls = ["builtins", "Exception"]
    try:
        message = str(error)
    except BaseException:
        message = "its message cannot be shown"
    message = str.__str__(message)[:2000]
    try:
        args = Writer().items(error.args)
        if len(dumps(args)) > 10_000:
            args = None
    except BaseException:
        args = None
    return [cls, args, message]

def serve_call(number, body):
    reader = Reader()
    loaded = loads(body)
    args = reader.fill(loaded[0])
    kwargs = reader.read(loaded[1]) if len(loaded) > 1 else {}
    passed = list(reader.met)
    reply = {}
    try:
        value = held[number](*args, **kwargs)
    except BaseException as error:
        reply["raise"] = described(error)
    writer = Writer(passed)
    if passed and changed(args, kwargs, body):
        reply["changed"] = [writer.contents(container) for container in passed]
    if "raise" not in reply:
        reply["value"] = writer.write(value)
    return reply

def changed(args, kwargs, body):
    writer = Writer()
    try:
        now = dumps([writer.items(args), writer.write(kwargs)] if kwargs else [writer.items(args)])
    except CannotCross:
        return True
    return now != body

def arguments(body):
    return Reader().fill(loads(body))

def serve_name(_, body):
    name, = arguments(body)
    if name not in answer_names:
        raise KeyError(name)
    return answer_names[name]

def serve_attribute(number, body):
    name, = arguments(body)
    if not exporting_all and (type(name) is not str or name.startswith("_") or isinstance(held[number], FUNCTIONS)):
        raise AttributeError(name)
    return getattr(held[number], name)

def serve_plain(number, _):
    value = held[number]
    base = next(base for base in type.mro(type(value)) if base in CONTAINERS)
    made = base.__new__(base)
    if base is dict:
        made.update(zip(dict.keys(value), dict.values(value)))
        return made
    return base(base.__iter__(value))

SERVICES = {
    "name": serve_name, "attr": serve_attribute, "plain": serve_plain,
    "set": lambda n, b: setattr(held[n], *arguments(b)), "len": lambda n, b: len(held[n]),
    "iter": lambda n, b: iter(held[n]), "next": lambda n, b: next(held[n]),
    "item": lambda n, b: held[n][arguments(b)[0]], "str": lambda n, b: str(held[n]), "repr": lambda n, b: repr(held[n]),
    "compare": lambda n, b: bool(getattr(operator, arguments(b)[0])(held[n], arguments(b)[1])),
}
answer_names = {}
