/**
 * One sealed Python interpreter, and the way back: after every program the interpreter's whole memory is set
 * back to what it was before, so nothing a program did to modules, built-ins, generators or garbage is left.
 * Programs are handed over through CPython's C functions: Pyodide's bridge to JavaScript is closed by then.
 */
import { freezeFiles, type FileSystem, type FrozenFiles } from "./frozen-files.js";
import { ImportFilter } from "./import-filter.js";
import type { Heap } from "./import-filter.js";
import { capMemory, filterInstantiation, loadPython } from "./load-python.js";
import { installRunner } from "./runner.js";

/**
 * The exports of Pyodide's module that are used here; pointers are byte offsets into its memory, 0 is none.
 */
interface PythonModule extends Heap {
  readonly FS: FileSystem;
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  _malloc(bytes: number): number;
  _free(start: number): void;
  _sbrk(bytes: number): number;
  _emscripten_stack_get_base(): number;
  _emscripten_stack_get_end(): number;
  _PyImport_AddModule(name: number): number;
  _PyObject_GetAttrString(object: number, name: number): number;
  _PyObject_CallOneArg(callable: number, argument: number): number;
  _PyObject_CallNoArgs(callable: number): number;
  _PyUnicode_FromStringAndSize(text: number, bytes: number): number;
  _PyUnicode_AsUTF8AndSize(object: number, bytes: number): number;
  _PyEval_EvalCode(code: number, globals: number, locals: number): number;
  _PyErr_GetRaisedException(): number;
  _PyErr_Clear(): void;
  _Py_DecRef(object: number): void;
}

export interface InterpreterOptions {
  readonly memoryBytes: number;
  readonly recycleBytes: number;
  /** memory of an interpreter with the runner in it, as `makeSnapshot` wrote it */
  readonly snapshot?: Uint8Array;
}

/** What the host asks of the Python side, by function. */
const peerFunctions = [
  ...(["prepare", "prepare_inside", "describe", "flush"] as const),
  ...(["serve", "split_tests", "crossing", "forget"] as const),
];
type PeerFunction = (typeof peerFunctions)[number];

/**
 * Memory of a fresh interpreter with the runner and the common modules loaded, not sealed yet. Its imports are
 * filtered as those of the interpreters that start from it: memory holds numbers of table entries, and the
 * filters' own entries come before some of them.
 */
export async function makeSnapshot(): Promise<Uint8Array> {
  const restoreEntry = filterInstantiation(new ImportFilter());
  const pyodide = await loadPython<PythonModule>({ _makeSnapshot: true });
  restoreEntry();
  pyodide.runPython(installRunner);
  return pyodide.makeMemorySnapshot();
}

/** Opens one after the other: while an interpreter loads, WebAssembly's entry point is its own. */
export async function openInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const filter = new ImportFilter();
  capMemory(options.memoryBytes);
  const restoreEntry = filterInstantiation(filter);
  const { snapshot } = options;
  const pyodide = await loadPython<PythonModule>(snapshot === undefined ? {} : { _loadSnapshot: snapshot });
  restoreEntry();
  if (snapshot === undefined) pyodide.runPython(installRunner);
  return new Interpreter(pyodide._module, filter, options.recycleBytes);
}

export class Interpreter {
  /** answers what Python asks across the boundary; undefined refuses */
  onRequest: ((request: string) => string | undefined) | undefined;
  /** asserts of a program that failed, by line, since the last `prepare` */
  readonly failedAsserts: number[] = [];
  private readonly peer: number;
  private readonly functions: ReadonlyMap<PeerFunction, number>;
  /** [start, recorded bytes]: all memory in use but the stack, which holds nothing between programs */
  private readonly recorded: readonly (readonly [number, Uint8Array])[];
  private readonly top: number;
  private readonly files: FrozenFiles;
  private used = false;

  constructor(
    private readonly python: PythonModule,
    private readonly filter: ImportFilter,
    private readonly recycleBytes: number,
  ) {
    this.peer = python._PyImport_AddModule(this.cString("_peer"));
    this.functions = new Map(peerFunctions.map(name => [name, this.attribute(name)]));
    if (python._PyObject_CallNoArgs(this.attribute("seal")) === 0)
      throw new Error("internal: sealing raised in Python.");
    python.HEAPU8[python._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1; // so that filter.deadline is looked at
    filter.onRequest = request => this.onRequest?.(request);
    filter.onFailedAssert = line => this.failedAsserts.push(line);
    filter.seal(python);
    this.files = freezeFiles(python.FS);
    this.top = python._sbrk(0);
    const [stackEnd, stackBase] = [python._emscripten_stack_get_end(), python._emscripten_stack_get_base()];
    const record = (from: number, to: number) => [from, python.HEAPU8.slice(from, to)] as const;
    this.recorded = [record(0, stackEnd), record(stackBase, this.top)];
  }

  /** Where the output of programs goes from now on. */
  set onOutput(sink: (bytes: Uint8Array) => void) {
    this.filter.onOutput = sink;
  }

  /** When the process ends itself should nobody else have done so, in `performance.now()` milliseconds. */
  set deadline(milliseconds: number) {
    this.filter.deadline = milliseconds;
  }

  /**
   * Runs a program or a test and returns the Python error, or null where it ran to its end: CPython's own
   * return value says so, which no program can reach.
   */
  run(prepare: "prepare" | "prepare_inside", request: object): string | null {
    const { python } = this;
    const refused = this.ask(prepare, JSON.stringify(request));
    if (refused !== "") return refused ?? "MemoryError: the program is too large to be compiled";
    this.failedAsserts.length = 0;
    const [code, names] = [this.attribute("code"), this.attribute("namespace")];
    const result = python._PyEval_EvalCode(code, names, names);
    const error = result !== 0 ? null : this.error();
    for (const object of [code, names, result]) python._Py_DecRef(object);
    this.ask("flush", "");
    const [line] = this.failedAsserts;
    if (error !== null || line === undefined) return error;
    return `AssertionError: an assert failed and the program went on (line ${line})`;
  }

  /**
   * Calls a function of the Python side, text to text; null where it failed. What it says decides no verdict.
   */
  ask(name: PeerFunction, argument: string): string | null {
    const { python } = this;
    this.used = true;
    const [text, bytes] = this.copyIn(argument);
    const unicode = python._PyUnicode_FromStringAndSize(text, bytes);
    python._free(text);
    const said = unicode === 0 ? 0 : python._PyObject_CallOneArg(this.functions.get(name) as number, unicode);
    const answer = this.text(said);
    for (const object of [unicode, said]) python._Py_DecRef(object);
    return answer;
  }

  /** Whether the memory, which cannot shrink, has grown so far that a new process is better. */
  get outgrown(): boolean {
    return this.python.HEAPU8.length > this.recycleBytes;
  }

  /**
   * `restore`, or less where less is left: tests of one assert each, of calls and comparisons, change nothing
   * but the runner's own tables, and setting all memory back takes longer than they do.
   */
  restoreTests(): void {
    if (this.ask("forget", "") !== "forgotten") this.restore();
  }

  /** Undoes everything that happened since this interpreter was opened. */
  restore(): void {
    if (!this.used) return;
    const { python } = this;
    python.HEAPU8.fill(0, this.top, python._sbrk(0));
    for (const [start, bytes] of this.recorded) python.HEAPU8.set(bytes, start);
    this.files.restore();
    this.failedAsserts.length = 0;
    this.used = false;
  }

  /** The exception that CPython holds, in words. */
  private error(): string {
    const { python } = this;
    const raised = python._PyErr_GetRaisedException();
    const described =
      raised === 0 ? 0 : python._PyObject_CallOneArg(this.functions.get("describe") as number, raised);
    const text = this.text(described);
    return text === null || text === "" ? "an exception that cannot be shown" : text;
  }

  private text(object: number): string | null {
    const { python } = this;
    const size = python._malloc(4);
    const start = object === 0 || size === 0 ? 0 : python._PyUnicode_AsUTF8AndSize(object, size);
    const bytes = start === 0 ? 0 : python.HEAPU32[size >>> 2];
    python._free(size);
    if (start !== 0) return new TextDecoder().decode(python.HEAPU8.slice(start, start + bytes));
    python._PyErr_Clear();
    return null;
  }

  private attribute(name: string): number {
    const text = this.cString(name);
    const value = this.python._PyObject_GetAttrString(this.peer, text);
    this.python._free(text);
    return value;
  }

  private cString(text: string): number {
    return this.copyIn(text)[0];
  }

  /** A copy in the interpreter's memory, ended by a zero. */
  private copyIn(text: string): readonly [start: number, bytes: number] {
    const encoded = new TextEncoder().encode(text);
    const start = this.python._malloc(encoded.length + 1);
    if (start === 0) throw new Error("the program's text does not fit into the interpreter's memory");
    this.python.HEAPU8.set(encoded, start);
    this.python.HEAPU8[start + encoded.length] = 0;
    return [start, encoded.length];
  }
}
