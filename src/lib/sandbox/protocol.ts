/**
 * What parent and interpreter process say to each other: one JSON object a line, over a socket of their own.
 * The token of a request stays in JavaScript memory, out of Python's reach; a reply without it is a forgery.
 */

/** The socket's file descriptor in the process; standard input and output are Pyodide's to configure. */
export const channel = 3;

/** The process's only argument, as JSON. */
export interface WorkerSettings {
  readonly memoryBytes: number;
  readonly recycleBytes: number;
  readonly outputBytes: number;
  /** file with the memory of a started interpreter, or null to start one from nothing */
  readonly snapshot: string | null;
}

export interface Request {
  readonly token: string;
  readonly program: string;
  /** null where the program holds its own */
  readonly tests: readonly string[] | null;
  /** when the process ends itself although its parent did not end it */
  readonly lastResortSeconds: number;
}

export type Reply =
  | { readonly kind: "ready"; readonly privilegesDropped: boolean }
  /** what the program wrote since the last such message */
  | { readonly kind: "output"; readonly token: string; readonly text: string }
  /** the program, then one test after the other ended: the Python error or null */
  | { readonly kind: "step"; readonly token: string; readonly error: string | null }
  /** all ran; `last` when the process ends now because its memory has grown */
  | {
      readonly kind: "done";
      readonly token: string;
      readonly seconds: number;
      readonly last: boolean;
      readonly shared: boolean;
    }
  /** the interpreter is beyond use; the process ends */
  | { readonly kind: "fatal"; readonly token: string; readonly cause: string };
