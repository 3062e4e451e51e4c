"""What stands for functions, iterators, classes and objects of the other side (boundary.py)."""

remotes = {}  # one local stand-in a number, so that what is one object there is one here
local_exceptions = {}

def remote(number, make):
    if number not in remotes:
        remotes[number] = make()
    return remotes[number]

class RemoteFunction:
    __slots__ = ("number", "__name__", "__weakref__")
    def __init__(self, number, name):
        self.number, self.__name__ = number, name
    def __call__(self, /, *args, **kwargs):
        return call(self.number, args, kwargs)
    def __getattr__(self, name):
        return request("attr", self.number, name)
    def __repr__(self):
        return f"<function {self.__name__}>"

class RemoteIterator:
    __slots__ = ("number", "__weakref__")
    def __init__(self, number):
        self.number = number
    def __iter__(self):
        return self
    def __next__(self):
        return request("next", self.number)
    def send(self, value):
        return request("attr", self.number, "send")(value)
    def close(self):
        return request("attr", self.number, "close")()

class RemoteMeta(type):
    """Classes that stand for the other side's: calling one makes an object there."""
    def __call__(cls, /, *args, **kwargs):
        return call(type.__getattribute__(cls, "_class_number"), args, kwargs)
    def __getattr__(cls, name):
        if name.startswith("_") and name != "__doc__":
            raise AttributeError(name)
        return request("attr", type.__getattribute__(cls, "_class_number"), name)
    def __iter__(cls):
        return request("iter", type.__getattribute__(cls, "_class_number"))
    def __getitem__(cls, key):
        return request("item", type.__getattribute__(cls, "_class_number"), key)
    def __len__(cls):
        return request("len", type.__getattribute__(cls, "_class_number"))

def plain_value(value):
    """The other side's object of a class made from a built-in container, as that container; else the object itself."""
    if isinstance(type(value), RemoteMeta) and type(value)._plain is not None:
        return request("plain", value._number)
    return value

def compared(name):
    def compare(self, other):
        global shared
        if self is other:
            return name in ("__eq__", "__le__", "__ge__")
        mine, theirs = plain_value(self), plain_value(other)
        if mine is not self:
            return getattr(mine, name)(theirs)
        if isinstance(type(other), RemoteMeta):
            shared = True
            return request("compare", self._number, name, other)
        return NotImplemented
    compare.__name__ = name
    return compare

class RemoteObject(metaclass=RemoteMeta):
    _plain = None
    _truth = False  # whether it may be asked for its truth: objects of the library are true
    def __getattr__(self, name):
        return request("attr", self._number, name)
    def __setattr__(self, name, value):
        request("set", self._number, name, value)
    def __len__(self):
        return request("len", self._number)
    def __iter__(self):
        return request("iter", self._number)
    def __next__(self):
        return request("next", self._number)
    def __getitem__(self, key):
        return request("item", self._number, key)
    def __call__(self, *args, **kwargs):
        return call(self._number, args, kwargs)
    def __str__(self):
        return request("str", self._number)
    def __repr__(self):
        return request("repr", self._number)
    def __hash__(self):
        return hash(("remote", self._number))
    def __bool__(self):
        if type(self)._plain is not None:
            return bool(plain_value(self))
        if type(self)._truth:
            return True
        raise TypeError(f"an object of the answer's class {type(self).__name__} is no answer: its truth is its own say")
    def __enter__(self):
        return request("attr", self._number, "__enter__")()
    def __exit__(self, *what):
        return request("attr", self._number, "__exit__")(None, None, None)
    for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        locals()[_name] = compared(_name)
    del _name

def remote_object(number, described):
    if len(described) == 2:
        cls = remote(tuple(described), lambda: RemoteMeta(str(described[1]).rpartition(".")[2], (RemoteObject,),
                                                          {"_truth": True, "_class_number": -1}))
    else:
        cls = remote_class(described)
    made = object.__new__(cls)
    object.__setattr__(made, "_number", number)
    return made

def remote_class(described):
    if len(described) == 2:
        return library_object(described)
    number, name, bases, plain = described
    if number in remotes:
        return remotes[number]
    known = [remote_class(base) for base in bases]
    fields = {"_class_number": number, "_plain": plain}
    if any(issubclass(base, BaseException) for base in known):
        made = local_exceptions[number] = type(name, tuple(known), fields)
    else:
        local = tuple(base for base in known if isinstance(base, RemoteMeta))
        made = RemoteMeta(name, local or (RemoteObject,), fields)
    remotes[number] = made
    return made
