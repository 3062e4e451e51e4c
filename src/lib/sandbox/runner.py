"""A program or its tests made ready for the host to run, and the ways to the host taken away."""

namespace = {}  # of the program, or of the tests
code = None  # compiled, for the host to run
lines = []

def describe(error):
    kind, line, message = type(error).__name__, None, ""
    try:
        if isinstance(error, SyntaxError):
            line, message = error.lineno, error.msg
        else:
            message = str(error)
            trace = error.__traceback__
            while trace is not None:
                if trace.tb_frame.f_code.co_filename in ("<program>", "<test>"):
                    line = trace.tb_lineno
                trace = trace.tb_next
        if kind == "AssertionError" and not message and line:
            message = lines[line - 1].strip()
        if kind == "SystemExit":
            message = f"{message}: the program exited before its end"
    except BaseException:
        message = "its message cannot be shown"
    text = f"{kind}: {message}"[:2000] if message else f"{kind}"
    text += f" (line {line})" if line else ""
    return text.encode("utf-8", "backslashreplace").decode()

def prepare(request):
    """Compiles what the host runs next: {"source", "role", "from"}. Returns "" or the error."""
    global code, namespace, lines, answer_names, exporting_all
    wanted = json.loads(request)
    source, role = wanted["source"], wanted["role"]
    lines = source.splitlines()
    if role == "test":
        exporting_all = False
        if type(namespace) is not TestNames:
            namespace = TestNames(__builtins__=builtins, __name__=wanted["name"], __answer__=from_the_answer)
    else:
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        # Without a name a program runs as in a grader's exec(program, {}): its guard for __main__ does not hold.
        namespace = {} if wanted["name"] is None else main.__dict__
        namespace["__builtins__"] = builtins
        answer_names = namespace
    gc.disable()  # trees are large and have no garbage
    try:
        code = compiled(source, "<test>" if role == "test" else "<program>", wanted["reports"])
    except BaseException as error:
        return describe(error)
    finally:
        gc.enable()
    if role == "test":
        global spotless
        spotless = spotless and is_pure(source, code)
        TestNames.of_the_answer = names_of_the_answer(code, namespace)
    return ""

def compiled(source, name, reports):
    code = dialect["compile_answer"](source, name)
    if not (reports and "assert" in source and may_swallow(source)):
        return code
    tree = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    if dialect["has_annotations"](code, source):
        dialect["evaluate_annotations"](tree)
    rewrite(tree)
    return embed(compile(tree, name, "exec", dont_inherit=True, optimize=0))

def prepare_inside(request):
    """Compiles a test to run beside the answer, in its names."""
    global code, lines
    source = json.loads(request)["source"]
    lines = source.splitlines()
    try:
        code = compiled(source, "<test>", True)
    except BaseException as error:
        return describe(error)
    return ""

def flush(_):
    for stream in streams:
        try:
            io.TextIOWrapper.flush(stream)
        except BaseException:
            pass
    return ""

def forget(_):
    """Drops what the tests of a program left, where that is all they can have left: "" if it is not."""
    global namespace, code, shared, cannot_cross, exporting_all
    if not spotless:
        return ""
    namespace, code, shared, cannot_cross, exporting_all = {}, None, False, False, True
    for table in (remotes, held, number_of, local_exceptions, record_types):
        table.clear()
    TestNames.of_the_answer = frozenset()
    return "forgotten"

def crossing(_):
    """What the tests met at the boundary: "", "shared" or "inside"."""
    global cannot_cross
    inside, cannot_cross = cannot_cross, False
    return "inside" if inside else "shared" if shared else ""

# ---- sealing ----

def forbidden(name):
    return name.partition(".")[0] in FORBIDDEN

def remove_modules():
    for module in list(sys.modules.values()):
        for key, value in list(vars(module).items() if type(module) is types.ModuleType else ()):
            if type(value) is types.ModuleType and forbidden(value.__name__) and module.__name__ != "_peer":
                delattr(module, key)
    for name in [name for name in sys.modules if forbidden(name)] + list(FORBIDDEN):
        sys.modules[name] = None
    sys.meta_path[:] = [finder for finder in sys.meta_path
                        if not forbidden(getattr(finder, "__module__", None) or type(finder).__module__)]
    for name in ("create_builtin", "create_dynamic", "exec_dynamic"):
        if hasattr(_imp, name):
            delattr(_imp, name)

def seal():
    """Removes what programs must not reach. Run once, before the memory is recorded."""
    global streams
    streams = (sys.stdout, sys.stderr)
    sys.excepthook, sys.displayhook = sys.__excepthook__, sys.__displayhook__
    sys.path[:] = list(dict.fromkeys(sys.path))
    os.environ.clear()
    os.environ.update({"HOME": "/home/pyodide", "LANG": "C.UTF-8"})
    install_event_loop()
    gc.collect()
    gc.freeze()
    remove_modules()

# ---- asyncio without a browser ----

class Clock:
    """A selector of nothing: an event loop in here waits only for time."""
    def select(self, timeout):
        if timeout:
            time.sleep(timeout)
        return []
    def close(self):
        pass

class EventLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Clock()
    def _process_events(self, events):
        pass
    def _write_to_self(self):
        pass

class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = EventLoop
    def get_event_loop(self):
        if self._local._loop is None:  # as up to Python 3.11
            self.set_event_loop(self.new_event_loop())
        return self._local._loop

def install_event_loop():
    asyncio.events._set_running_loop(None)  # Pyodide's, which runs for ever
    asyncio.events._set_event_loop_policy(Policy())
    asyncio.run, asyncio.sleep = asyncio.runners.run, asyncio.tasks.sleep

# ---- Python 3.11 ----

dialect = {"__builtins__": __builtins__, "__name__": "dialect"}
exec(compile(DIALECT, "<dialect>", "exec"), dialect)
dialect["install_library_differences"](builtins)

for name in sys.builtin_module_names:
    if not forbidden(name):
        __import__(name)
