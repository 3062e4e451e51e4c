/**
 * The process in which cells run: tslab's own executor behind an IPC channel instead of Jupyter's sockets. It
 * is forked by `notebook-kernel.ts` with the project's folder as working directory, compiles and runs one
 * cell at a time, and ends when its channel closes. Not a library module: importing it starts it.
 */
import { format } from "node:util";
import ts from "@tslab/typescript-for-tslab";
import { createConverter } from "tslab/dist/converter.js";
import { createExecutor } from "tslab/dist/executor.js";
import { JupyterHandlerImpl } from "tslab/dist/jupyter.js";
import type { CellFailure, CellRequest, KernelMessage, KernelRequest } from "./notebook-kernel.js";

/** The cell that runs, or ran last: output of promises nobody waited for belongs to it. */
let cell = -1;

function send(message: KernelMessage): void {
  if (process.connected) process.send!(message);
}

function fail(...printed: readonly unknown[]): void {
  send({ type: "failure", cell, failure: describe(printed) });
}

/** tslab prints a thrown value alone and a compiler message through a format. */
function describe(printed: readonly unknown[]): CellFailure {
  const thrown = printed[0];
  if (thrown instanceof Error)
    return { name: thrown.name, message: thrown.message, text: thrown.stack ?? String(thrown) };
  const text = format(...printed);
  const name = printed.length > 1 ? "CompileError" : "Error";
  return { name, message: text, text: `${name}: ${text}` };
}

// The compiler behind tslab watches node_modules; an installation
// that touches it between two cells would end the converter.
const unwatched = () => ({ close: () => undefined });
ts.sys.watchFile = unwatched;
ts.sys.watchDirectory = unwatched;

const converter = createConverter({ isJS: false, isBrowser: false });
const executor = createExecutor(
  process.cwd(),
  { node: converter, browser: converter, close: () => converter.close() },
  { log: (...values: unknown[]) => console.log(...values), error: fail },
);
const handler = new JupyterHandlerImpl(executor, false);

async function execute({ cell: number, code }: CellRequest): Promise<void> {
  cell = number;
  const reply = await handler.handleExecute(
    { code, silent: false, store_history: true, user_expressions: {} },
    (name, text) => send({ type: "stream", cell: number, name: name as "stdout" | "stderr", text }),
    (display, update) =>
      send({
        type: "display",
        cell: number,
        data: display.data,
        metadata: display.metadata ?? {},
        displayId: display.transient?.display_id,
        update: update === true,
      }),
  );
  // A rejection that nobody handled is reported in the turn after the cell's own last one.
  setImmediate(() => send({ type: "done", cell: number, ok: reply.status === "ok" }));
}

process.on("message", (request: KernelRequest) => {
  if (request !== "forget") return void execute(request);
  executor.reset();
  send({ type: "forgotten" });
});
process.on("disconnect", () => process.exit(143));
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (reason: unknown) => {
    fail(reason);
    send({ type: "done", cell, ok: false });
  });
send({ type: "ready" });
