/**
 * The kernel behind JupyterLab: tslab's server and executor, which print what a cell throws, made to report it
 * as an error of Jupyter's; progress is a bar in the cell. `jupyter/kernels/tslab/launch.cjs` starts it.
 */
import jupyter from "tslab/dist/jupyter.js";
import { showProgressIn } from "../host/progress.js";
import { keepBrowserOpen } from "./browser-life.js";
import { cellExecutor } from "./cell-executor.js";
import { cellFailure } from "./cell-error.js";
import { gatheredOutput } from "./gathered-output.js";
import { errorOutput } from "./notebook-format.js";
import { cellProgress } from "./cell-progress.js";

/** Jupyter's `error` message: a name, a sentence, and lines to show. */
interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

type HandleExecute = InstanceType<typeof jupyter.ZmqServer>["handleExecute"];
type Socket = Parameters<HandleExecute>[0];
type Message = Parameters<HandleExecute>[1];

type AskedToExecute = Parameters<InstanceType<typeof jupyter.JupyterHandlerImpl>["handleExecute"]>;

/** Runs cells; what they print is gathered, and stands before what is shown after it. */
class CellHandler extends jupyter.JupyterHandlerImpl {
  /** sends what the cell that runs has printed so far */
  flush: () => void = () => undefined;

  override async handleExecute(...[request, writeStream, writeDisplay]: AskedToExecute) {
    const output = gatheredOutput(writeStream);
    try {
      return await super.handleExecute(
        request,
        (name, text) => {
          this.flush = output.flush;
          output.write(name, text);
        },
        (data, update) => {
          output.flush();
          writeDisplay(data, update);
        },
      );
    } finally {
      output.flush();
    }
  }
}

/** Tells the cell that runs of its error, and answers its request with the same. */
class KernelServer extends jupyter.ZmqServer {
  private readonly asked: Message[] = [];
  private error: ErrorContent | undefined;

  /** Cells wait in a queue and are run in the order in which they were asked for. */
  override async handleExecute(socket: Socket, message: Message): Promise<void> {
    this.asked.push(message);
    const createReply = message.createReply.bind(message);
    message.createReply = () => this.withError(createReply());
    try {
      await super.handleExecute(socket, message);
    } finally {
      this.asked.splice(this.asked.indexOf(message), 1);
    }
  }

  report(error: ErrorContent): void {
    const [running] = this.asked;
    if (running === undefined) return void console.error(error.traceback.join("\n"));
    this.error = error;
    const told = running.createReply();
    told.header.msg_type = "error";
    told.content = error;
    told.signAndSend(this.connInfo.key, this.iopub);
  }

  /** A reply that says "error" says which. */
  private withError(reply: Message): Message {
    const send = reply.signAndSend.bind(reply);
    reply.signAndSend = (key, socket) => {
      const failed = (reply.content as { readonly status?: string }).status === "error";
      if (failed && this.error !== undefined) {
        reply.content = { ...reply.content, ...this.error };
        this.error = undefined;
      }
      send(key, socket);
    };
    return reply;
  }
}

/** @param configPath Jupyter's file of ports and key */
export function startJupyterKernel(configPath: string): void {
  const executor = cellExecutor((printed, cell) => {
    handler.flush();
    const { ename, evalue, traceback } = errorOutput(cellFailure(printed, cell), process.cwd());
    server.report({ ename, evalue, traceback });
  });
  const handler = new CellHandler(executor, false);
  const server = new KernelServer(handler, configPath);
  keepBrowserOpen();
  showProgressIn(cellProgress((output, update) => jupyter.lastWriteDisplayData(output, update)));
  process.on("SIGINT", () => executor.interrupt());
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (reason: unknown) => executor.fail(reason));
  void server.init().then(() => {
    server.iopub = inTurn(server.iopub);
    server.shell = inTurn(server.shell);
  });
}

/** A socket takes one message at a time, and tslab does not wait: many printed lines would be lost. */
function inTurn<S extends { send(frames: never): Promise<void> }>(socket: S): S {
  let last = Promise.resolve();
  const send = (frames: never) => (last = last.then(() => socket.send(frames)));
  return new Proxy(socket, {
    get(_, name) {
      const value: unknown = name === "send" ? send : Reflect.get(socket, name, socket);
      return typeof value === "function" ? (value.bind(socket) as unknown) : value;
    },
  });
}
