/** tslab's executor for the cells of one kernel, which tells failures apart from what cells print. */
import ts from "@tslab/typescript-for-tslab";
import { createConverter } from "tslab/dist/converter.js";
import { createExecutor, type Executor } from "tslab/dist/executor.js";
import type { RunningSource } from "./cell-error.js";

export interface CellExecutor extends Executor {
  /** Reports what was thrown outside of a running cell, too. */
  readonly fail: (...printed: readonly unknown[]) => void;
}

/** Frames enough to reach the cell from deep inside the library. */
const stackFrames = 50;

/** @param onFailure what tslab would have printed of an error, and the cell that ran, or ran last */
export function cellExecutor(
  onFailure: (printed: readonly unknown[], cell: RunningSource) => void,
): CellExecutor {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, stackFrames);
  // The compiler behind tslab watches node_modules; an installation
  // that touches it between two cells would end the converter.
  const unwatched = () => ({ close: () => undefined });
  ts.sys.watchFile = unwatched;
  ts.sys.watchDirectory = unwatched;

  let running: RunningSource = { source: "", compiled: "" };
  const fail = (...printed: readonly unknown[]) => onFailure(printed, running);
  const converter = createConverter({ isJS: false, isBrowser: false });
  const recording = {
    ...converter,
    convert(before: string, source: string) {
      running = { source, compiled: "" };
      const converted = converter.convert(before, source);
      running = { source, compiled: converted.output ?? "" };
      return converted;
    },
  };
  const executor = createExecutor(
    process.cwd(),
    { node: recording, browser: recording, close: () => converter.close() },
    { log: (...values: unknown[]) => console.log(...values), error: fail },
  );
  const execute = (source: string) => {
    const done = executor.execute(source);
    listenToInterruptsAgain();
    return done;
  };
  return { ...executor, execute, fail };
}

/**
 * While the first part of a cell runs, up to its first `await`, Node watches for interrupts itself, and then
 * puts back what it found: the default, which ends the process, where that part has added a listener.
 */
function listenToInterruptsAgain(): void {
  const listeners = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  for (const listener of listeners) process.on("SIGINT", listener);
}
