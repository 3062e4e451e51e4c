/**
 * The process in which cells run: tslab's own executor behind an IPC channel instead of Jupyter's sockets. It
 * is forked by `notebook-kernel.ts` with the project's folder as working directory, compiles and runs one
 * cell at a time, and ends when its channel closes. Not a library module: importing it starts it.
 */
import { JupyterHandlerImpl } from "tslab/dist/jupyter.js";
import { reportPhases } from "../host/phase-report.js";
import { keepBrowserOpen } from "./browser-life.js";
import { cellFailure } from "./cell-error.js";
import { cellExecutor } from "./cell-executor.js";
import type { CellRequest, KernelMessage, KernelRequest } from "./notebook-kernel.js";

reportPhases();

/** The cell that runs, or ran last: output of promises nobody waited for belongs to it. */
let cell = -1;

function send(message: KernelMessage): void {
  if (process.connected) process.send!(message);
}

const executor = cellExecutor((printed, source) =>
  send({ type: "failure", cell, failure: cellFailure(printed, source) }),
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
    executor.fail(reason);
    send({ type: "done", cell, ok: false });
  });
keepBrowserOpen();
send({ type: "ready" });
