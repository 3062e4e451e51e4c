/**
 * One sealed Python interpreter, and the way back: after every program the interpreter's whole memory is set back
 * to what it was before, so nothing a program did to modules, built-ins, generators or garbage is left. Programs
 * are handed over through CPython's C functions: Pyodide's bridge to JavaScript is closed by then.
 */
import { constants } from "node:fs";
import { loadPyodide } from "pyodide";
import { ImportFilter } from "./import-filter.js";
import type { Heap } from "./import-filter.js";
import { installJudge } from "./judge.js";

/** The exports of Pyodide's module that are used here; pointers are byte offsets into its memory. */
interface PythonModule extends Heap {
  readonly FS: { streams: ({ position: number } | null | undefined)[]; chdir(path: string): void };
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  readonly _PyFrame_Type: number;
  _malloc(bytes: number): number;
  _sbrk(bytes: number): number;
  _emscripten_stack_get_base(): number;
  _emscripten_stack_get_end(): number;
  _PyType_Modified(type: number): void;
  _PyImport_AddModule(name: number): number;
  _PyObject_GetAttrString(object: number, name: number): number;
  _PyObject_CallOneArg(callable: number, argument: number): number;
  _PyObject_CallNoArgs(callable: number): number;
  _PyUnicode_FromStringAndSize(text: number, bytes: number): number;
  _PyUnicode_AsUTF8AndSize(object: number, bytes: number): number;
}

export interface InterpreterOptions {
  readonly memoryBytes: number;
  readonly recycleBytes: number;
  /** memory of an interpreter with the judge in it, as `makeSnapshot` wrote it */
  readonly snapshot?: Uint8Array;
}

const home = "/home/pyodide";

/** Memory of a fresh interpreter with the judge and the common modules loaded, not sealed yet. */
export async function makeSnapshot(): Promise<Uint8Array> {
  const pyodide = await load({ _makeSnapshot: true });
  pyodide.runPython(installJudge);
  return pyodide.makeMemorySnapshot();
}

export async function openInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const filter = new ImportFilter();
  capMemory(options.memoryBytes);
  filterInstantiation(filter);
  const { snapshot } = options;
  const pyodide = await load(snapshot === undefined ? {} : { _loadSnapshot: snapshot });
  if (snapshot === undefined) pyodide.runPython(installJudge);
  return new Interpreter(pyodide._module, filter, options.recycleBytes);
}

export class Interpreter {
  private readonly prepareFunction: number;
  private readonly stepFunction: number;
  /** [start, recorded bytes]: all memory in use but the stack, which holds nothing between programs */
  private readonly recorded: readonly (readonly [number, Uint8Array])[];
  private readonly top: number;
  private readonly streams: readonly ({ position: number } | null | undefined)[];

  constructor(
    private readonly python: PythonModule,
    private readonly filter: ImportFilter,
    private readonly recycleBytes: number,
  ) {
    const judge = python._PyImport_AddModule(this.cString("_judge"));
    const attribute = (name: string) => python._PyObject_GetAttrString(judge, this.cString(name));
    this.prepareFunction = attribute("prepare");
    this.stepFunction = attribute("step");
    if (python._PyObject_CallNoArgs(attribute("seal")) === 0)
      throw new Error("internal: sealing raised in Python.");
    python._PyType_Modified(python._PyFrame_Type);
    python.HEAPU8[python._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1; // so that filter.deadline is looked at
    filter.seal(python);
    this.streams = [...python.FS.streams];
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

  /** Compiles a program and its tests. */
  prepare(sources: readonly string[]): void {
    this.call(this.prepareFunction, JSON.stringify(sources));
  }

  /** Runs the program, the next time its first test, and so on; the Python error or null. */
  step(): string | null {
    const error = this.call(this.stepFunction, "");
    return error === "" ? null : error;
  }

  /** Whether the memory, which cannot shrink, has grown so far that a new process is better. */
  get outgrown(): boolean {
    return this.python.HEAPU8.length > this.recycleBytes;
  }

  /** Undoes everything that happened since this interpreter was opened. */
  restore(): void {
    const { python } = this;
    python.HEAPU8.fill(0, this.top, python._sbrk(0));
    for (const [start, bytes] of this.recorded) python.HEAPU8.set(bytes, start);
    python.FS.streams.length = 0;
    python.FS.streams.push(...this.streams);
    python.FS.chdir(home);
  }

  private call(callable: number, argument: string): string {
    const { python } = this;
    const [text, bytes] = this.copyIn(argument);
    const result = python._PyObject_CallOneArg(callable, python._PyUnicode_FromStringAndSize(text, bytes));
    if (result === 0) throw new Error("the interpreter was left unable to judge");
    const size = python._malloc(4);
    const start = python._PyUnicode_AsUTF8AndSize(result, size);
    return new TextDecoder().decode(python.HEAPU8.slice(start, start + python.HEAPU32[size >>> 2]));
  }

  private cString(text: string): number {
    return this.copyIn(text)[0];
  }

  /** A copy in the interpreter's memory, ended by a zero; never freed, `restore` takes it back. */
  private copyIn(text: string): readonly [start: number, bytes: number] {
    const encoded = new TextEncoder().encode(text);
    const start = this.python._malloc(encoded.length + 1);
    if (start === 0) throw new Error("the program's text does not fit into the interpreter's memory");
    this.python.HEAPU8.set(encoded, start);
    this.python.HEAPU8[start + encoded.length] = 0;
    return [start, encoded.length];
  }
}

interface Pyodide {
  readonly _module: PythonModule;
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
}

async function load(extra: { _makeSnapshot?: boolean; _loadSnapshot?: Uint8Array }): Promise<Pyodide> {
  // Under the permission model process.binding is refused, and Pyodide asks it for these constants only.
  (process as unknown as { binding: () => unknown }).binding = () => ({ fs: constants });
  const options = { jsglobals: {}, env: { HOME: home }, packages: [], _sysExecutable: "python", ...extra };
  return (await loadPyodide(options)) as unknown as Pyodide;
}

/** Beyond the cap the interpreter's memory cannot grow, and Python raises MemoryError. */
function capMemory(memoryBytes: number): void {
  const memory = WebAssembly.Memory.prototype as {
    grow: (this: WebAssembly.Memory, pages: number) => number;
  };
  const { grow } = memory;
  memory.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > memoryBytes)
      throw new RangeError("the memory limit is reached");
    return grow.call(this, pages);
  };
}

function filterInstantiation(filter: ImportFilter): void {
  const instantiate = WebAssembly.instantiate as (...args: unknown[]) => Promise<unknown>;
  const filtered = (source: unknown, imports?: Record<string, Record<string, unknown>>) => {
    if (imports?.["env"] !== undefined) filter.install(imports);
    return instantiate(source, imports);
  };
  (WebAssembly as { instantiate: unknown }).instantiate = filtered;
}
