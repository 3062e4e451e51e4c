/** A front end in a few lines: starts the project's kernel and speaks Jupyter's protocol with it. */
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zmq from "zeromq";
import { fromRoot } from "../../src/lib/host/package-root.js";

export interface JupyterMessage {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface JupyterClient {
  /** Runs a cell: what it published, and at last its reply. */
  execute(
    code: string,
    onPublished?: (message: JupyterMessage) => void | Promise<void>,
  ): Promise<{
    readonly published: readonly JupyterMessage[];
    readonly reply: JupyterMessage["content"];
  }>;
  readonly pid: number;
  interrupt(): void;
  close(): Promise<void>;
}

const key = "a key";
const delimiter = "<IDS|MSG>";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export async function startJupyterClient(): Promise<JupyterClient> {
  const folder = mkdtempSync(join(tmpdir(), "unmask-jupyter-"));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const connection = { shell_port, iopub_port, stdin_port, control_port, hb_port };
  const file = join(folder, "connection.json");
  const common = { ip: "127.0.0.1", transport: "tcp", signature_scheme: "hmac-sha256", key };
  writeFileSync(file, JSON.stringify({ ...connection, ...common }));
  const launcher = fromRoot("jupyter/kernels/tslab/launch.cjs");
  const kernel = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", launcher, "--config-path", file],
    {
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const [shell, iopub] = [new zmq.Dealer(), new zmq.Subscriber()];
  shell.connect(`tcp://127.0.0.1:${shell_port}`);
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  iopub.subscribe();
  let listener: (message: JupyterMessage & { readonly parent: string }) => void = () => undefined;
  const listening = (async () => {
    for await (const frames of iopub) listener(parsed(frames));
  })();

  const ask = async (msg_type: string, content: object, msg_id: string = randomUUID()) => {
    const header = { msg_id, session: "test", username: "test", msg_type, version: "5.3" };
    const parts = [header, {}, {}, content].map(part => JSON.stringify(part));
    const signature = createHmac("sha256", key);
    for (const part of parts) signature.update(part);
    await shell.send([delimiter, signature.digest("hex"), ...parts]);
  };

  // a subscriber misses what is sent before its connection stands
  const heard = new Promise<void>(done => (listener = () => done()));
  const isHeard = () => Promise.race([heard.then(() => true), pause(1000).then(() => false)]);
  do await ask("kernel_info_request", {});
  while (!(await isHeard()));

  return {
    pid: kernel.pid as number,
    interrupt: () => void kernel.kill("SIGINT"),
    async execute(code, onPublished = () => undefined) {
      const published: JupyterMessage[] = [];
      const asked = randomUUID();
      const idle = new Promise<void>(done => {
        listener = message => {
          if (message.parent !== asked) return;
          const { content } = message;
          published.push(message);
          void onPublished(message);
          if (message.type === "status" && content["execution_state"] === "idle") done();
        };
      });
      const request = { code, silent: false, store_history: true, user_expressions: {} };
      await ask("execute_request", request, asked);
      await idle;
      for (;;) {
        const reply = parsed(await shell.receive());
        if (reply.parent !== asked) continue;
        if (reply.content["status"] === "error") await pause(300); // until then, cells that waited are dropped
        return { published, reply: reply.content };
      }
    },
    async close() {
      kernel.kill("SIGKILL");
      iopub.close();
      shell.close();
      await listening;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const pause = (milliseconds: number) => new Promise<void>(done => setTimeout(done, milliseconds));

function parsed(frames: readonly Buffer[]): JupyterMessage & { readonly parent: string } {
  const at = frames.findIndex(frame => frame.toString() === delimiter);
  const [header, parent, , content] = frames
    .slice(at + 2)
    .map(frame => JSON.parse(frame.toString()) as unknown);
  return {
    type: (header as { msg_type: string }).msg_type,
    parent: (parent as { msg_id?: string }).msg_id ?? "",
    content: content as JupyterMessage["content"],
  };
}
