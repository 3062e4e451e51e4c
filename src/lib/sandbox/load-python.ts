/** Starts Pyodide with its imports filtered and its memory capped. */
import { constants } from "node:fs";
import { loadPyodide } from "pyodide";
import { pythonEnvironment } from "./config.js";
import type { ImportFilter } from "./import-filter.js";

export interface Pyodide<Module> {
  readonly _module: Module;
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
}

/** @typeParam Module what its user reads of the WebAssembly module */
export async function loadPython<Module>(extra: {
  _makeSnapshot?: boolean;
  _loadSnapshot?: Uint8Array;
}): Promise<Pyodide<Module>> {
  // Under the permission model process.binding is refused, and Pyodide asks it for these constants only.
  (process as unknown as { binding: () => unknown }).binding = () => ({ fs: constants });
  const options = {
    jsglobals: {},
    env: pythonEnvironment,
    packages: [],
    _sysExecutable: "python",
    ...extra,
  };
  return (await loadPyodide(options)) as unknown as Pyodide<Module>;
}

let capped = false;

/** Beyond the cap an interpreter's memory cannot grow, and Python raises MemoryError. */
export function capMemory(memoryBytes: number): void {
  if (capped) return;
  capped = true;
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

type Instantiated = WebAssembly.Instance | { module: WebAssembly.Module; instance: WebAssembly.Instance };
/** Python's code, compiled once for both interpreters of a process. */
let pythonModule: Promise<WebAssembly.Module> | undefined;

/** The next instance gets filtered imports, until the function that is returned has been called. */
export function filterInstantiation(filter: ImportFilter): () => void {
  const entry = WebAssembly as unknown as { instantiate: (...args: unknown[]) => Promise<Instantiated> };
  const { instantiate } = entry;
  entry.instantiate = async (source, imports) => {
    const wanted = imports as Record<string, Record<string, unknown>> | undefined;
    if (wanted?.["env"] === undefined || source instanceof WebAssembly.Module)
      return instantiate(source, imports);
    filter.install(wanted);
    pythonModule ??= WebAssembly.compile(source as BufferSource);
    const module = await pythonModule;
    return { module, instance: (await instantiate(module, wanted)) as WebAssembly.Instance };
  };
  return () => {
    entry.instantiate = instantiate;
  };
}
