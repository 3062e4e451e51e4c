/** The parent's end of one interpreter process: start it isolated, send requests, receive replies, end it. */
import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { existsSync } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { describeIsolation, nodeArguments } from "./isolation.js";
import { limit } from "./limits.js";
import { channel } from "./protocol.js";
import type { Reply, Request, WorkerSettings } from "./protocol.js";
import { withStack } from "./stack.js";
import type { Wall } from "./walls.js";

/** Starting from nothing takes 2 to 6 s; a busy machine gets ten times as long, and two more attempts. */
const startSeconds = 60;
const startAttempts = 3;
const stderrKept = 2000;

/**
 * Interpreters end with this process, however it ends: at an exit they are killed, else their socket closes.
 */
const alive = new Set<ChildProcess>();
const killAll = () => alive.forEach(child => child.kill("SIGKILL"));

export interface Listener {
  reply(reply: Exclude<Reply, { kind: "ready" }>): void;
  /** the process is gone, whatever the reason; not called after `kill` */
  ended(how: string): void;
}

class NoSignOfLife extends Error {}

export class InterpreterProcess {
  /** what it is kept from, in words */
  isolation = "";
  private readonly socket: Duplex;
  private listener: Listener | undefined;
  private privilegesDropped = false;
  private received = "";
  private errors = "";
  private ready: (() => void) | undefined;

  private constructor(private readonly child: ChildProcess) {
    this.socket = child.stdio[channel] as Duplex;
    this.socket.setEncoding("utf8").on("data", (text: string) => this.receive(text));
    this.socket.on("error", () => {}); // a process that died is reported by "close"
    (child.stderr as Readable).setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-stderrKept);
    });
    if (alive.size === 0) process.on("exit", killAll);
    alive.add(child);
    child.on("close", () => {
      alive.delete(child);
      if (alive.size === 0) process.off("exit", killAll);
    });
  }

  /**
   * Resolves when it can take programs. Rejects with what it wrote to standard error
   * when it could not start. A process that gives no sign is started anew: making a
   * network namespace can wait in the kernel for others to be cleared away.
   */
  static async start(settings: WorkerSettings, wall: Wall): Promise<InterpreterProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await InterpreterProcess.startOnce(settings, wall);
      } catch (error) {
        if (!(error instanceof NoSignOfLife) || attempt === startAttempts) throw error;
      }
    }
  }

  private static async startOnce(settings: WorkerSettings, wall: Wall): Promise<InterpreterProcess> {
    const { memoryBytes } = settings;
    const snapshot = settings.snapshot !== null && existsSync(settings.snapshot) ? settings.snapshot : null;
    const view = wall.view(snapshot);
    const node = [...withStack(), ...wall.command(snapshot), ...nodeArguments(view)];
    const [command, ...args] = [...node, JSON.stringify({ ...settings, snapshot: view.snapshot })];
    const stdio: StdioOptions = ["ignore", "ignore", "pipe", "pipe"];
    // In a process group of its own: signals that reach a group do not lead from there to here, or back.
    const child = spawn(command, args, { env: {}, stdio, cwd: "/", detached: true });
    const started = new InterpreterProcess(child);
    await started.untilReady();
    const limits = await limit(child.pid as number, 2 * memoryBytes);
    const { privilegesDropped } = started;
    started.isolation = describeIsolation(wall.description, limits, privilegesDropped, memoryBytes);
    return started;
  }

  listen(listener: Listener): void {
    this.listener = listener;
  }

  send(request: Request): void {
    this.socket.write(`${JSON.stringify(request)}\n`);
  }

  /** Ends it at once and says no more to the listener. */
  kill(): void {
    this.listener = undefined;
    this.child.kill("SIGKILL");
  }

  private untilReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (how: string, Kind: new (message: string) => Error = Error) => {
        clearTimeout(timer);
        this.kill();
        reject(new Kind(`sandbox: the interpreter did not start: ${how}. ${this.errors}`));
      };
      const timer = setTimeout(
        () => fail(`no sign of life within ${startSeconds} s`, NoSignOfLife),
        1000 * startSeconds,
      );
      this.child.on("error", error => fail(error.message));
      this.child.on("close", (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `signal ${signal}`;
        if (this.ready !== undefined) fail(how);
        this.listener?.ended(`the interpreter died: ${how}${this.errors === "" ? "" : `, ${this.errors}`}`);
      });
      this.ready = () => {
        clearTimeout(timer);
        this.ready = undefined;
        resolve();
      };
    });
  }

  private receive(text: string): void {
    const lines = (this.received + text).split("\n");
    this.received = lines.pop() as string;
    for (const line of lines) {
      const reply = parseReply(line);
      if (reply === undefined) {
        this.child.kill("SIGKILL"); // only a broken process writes this; "close" reports its end
        return;
      }
      if (reply.kind !== "ready") this.listener?.reply(reply);
      else {
        this.privilegesDropped = reply.privilegesDropped;
        this.ready?.();
      }
    }
  }
}

function parseReply(line: string): Reply | undefined {
  try {
    return JSON.parse(line) as Reply;
  } catch {
    return undefined;
  }
}
