/**
 * The interpreter process: reads requests, runs them, writes replies. It is the boundary: its parent starts
 * it without environment, network or file permissions and ends it with SIGKILL. Reading and writing block, so
 * that what a program printed arrives although it never returns, and no other callback runs in between.
 */
import { readFileSync, readSync, writeSync } from "node:fs";
import { dropPrivileges } from "./confine.js";
import { SandboxViolation } from "./import-filter.js";
import { openInterpreter } from "./interpreter.js";
import { channel } from "./protocol.js";
import type { Reply, Request, WorkerSettings } from "./protocol.js";
import { Trial } from "./trial.js";

function send(reply: Reply): void {
  const line = Buffer.from(`${JSON.stringify(reply)}\n`);
  for (let sent = 0; sent < line.length;) sent += writeSync(channel, line, sent);
}

/** Lines that the parent sends until it closes the channel. */
function* lines(): Generator<string> {
  const chunk = Buffer.alloc(65536);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const bytes = readSync(channel, chunk);
    if (bytes === 0) return;
    const parts = (rest + decoder.decode(chunk.subarray(0, bytes), { stream: true })).split("\n");
    rest = parts.pop() as string;
    yield* parts;
  }
}

/** Sends what programs write as they write it, up to `limit` bytes. */
function outputSink(token: string, limit: number): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let left = limit;
  return bytes => {
    if (left <= 0) return;
    const text = decoder.decode(bytes.subarray(0, left), { stream: true });
    left -= bytes.length;
    send({ kind: "output", token, text: left < 0 ? `${text}\n[output cut off]` : text });
  };
}

function causeOf(error: unknown): string {
  if (error instanceof SandboxViolation) return error.message;
  if (error instanceof RangeError && /call stack/.test(error.message))
    return "RecursionError: the interpreter's own stack is used up";
  return `the interpreter stopped: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Undefined where there is none, or another version of the
 * library has just removed it: then the start is slow.
 */
function readSnapshot(file: string | null): Uint8Array | undefined {
  try {
    return file === null ? undefined : readFileSync(file);
  } catch {
    return undefined;
  }
}

const settings = JSON.parse(process.argv[2]) as WorkerSettings;
const snapshot = readSnapshot(settings.snapshot);
const answer = await openInterpreter({ ...settings, snapshot });
const tests = await openInterpreter({ ...settings, snapshot });
delete (globalThis as { require?: unknown }).require; // left there by Pyodide
send({ kind: "ready", privilegesDropped: dropPrivileges() });

for (const line of lines()) {
  const request = JSON.parse(line) as Request;
  const { token } = request;
  const started = performance.now();
  const sink = outputSink(token, settings.outputBytes);
  for (const interpreter of [answer, tests]) {
    interpreter.onOutput = sink;
    interpreter.deadline = started + 1000 * request.lastResortSeconds;
  }
  const outgrown = () => answer.outgrown || tests.outgrown;
  try {
    const trial = new Trial(answer, tests, error => send({ kind: "step", token, error }));
    const shared = trial.run(request);
    const seconds = (performance.now() - started) / 1000;
    send({ kind: "done", token, seconds, last: outgrown(), shared });
  } catch (error) {
    send({ kind: "fatal", token, cause: causeOf(error) });
    process.exit(1);
  }
  if (outgrown()) process.exit(0); // the parent starts another
  answer.restore();
  tests.restoreTests();
}
process.exit(0);
