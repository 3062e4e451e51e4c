/** One process of the bench, ours or a peer's: starts on its first request, answers one at a time. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Precision } from "../compile/precision.js";
import { evenSizes } from "../compile/parts.js";
import { UserError } from "../core/errors.js";
import type { BenchSize, BenchWork } from "./bench-sizes.js";
import { fromRoot } from "../host/package-root.js";

export interface Timing {
  readonly seconds: number;
  readonly cpu_seconds: number;
}

export interface Contestant {
  /** as it stands in the rows: "graph", "xla", "pytorch", ... */
  readonly mode: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** goes with every request */
  readonly extra: Readonly<Record<string, unknown>>;
  /** processes that share the batch, one if left out */
  readonly processes?: number;
}

/** One process, or several that each take a share of the batch at the same time. */
export class BenchProcess {
  private readonly shares: readonly OneProcess[];

  constructor(readonly contestant: Contestant) {
    this.shares = Array.from({ length: contestant.processes ?? 1 }, () => new OneProcess(contestant));
  }

  /** Wall and CPU seconds of one piece of work. */
  async run(work: BenchWork | "product", size: BenchSize): Promise<Timing> {
    const sizes = evenSizes(size.batch, this.shares.length);
    const started = performance.now();
    const timings = await Promise.all(
      this.shares.map(one => one.ask({ work, size: { ...size, batch: sizes[this.shares.indexOf(one)] } })),
    );
    const wall = (performance.now() - started) / 1000;
    if (timings.length === 1) return timings[0] as Timing;
    const cpu = (timings as Timing[]).reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0);
    return { seconds: wall, cpu_seconds: cpu };
  }

  /** The largest resident set so far, in bytes, of all processes together. */
  async peakBytes(): Promise<number> {
    const peaks = await Promise.all(this.shares.map(one => one.ask({ work: "rss" })));
    return (peaks as { peak_bytes: number }[]).reduce((sum, { peak_bytes }) => sum + peak_bytes, 0);
  }

  stop(): void {
    for (const one of this.shares) one.stop();
  }
}

/** One process; `BenchProcess` is what works of the bench are asked of. */
export class OneProcess {
  private child: ChildProcess | undefined;
  private lines: AsyncIterator<string> | undefined;
  private reader: Interface | undefined;

  constructor(private readonly contestant: Contestant) {}

  stop(): void {
    this.reader?.close();
    this.child?.kill();
    this.child = undefined;
  }

  /** @throws Error when the process ended before it answered */
  async ask(request: object): Promise<unknown> {
    if (this.child === undefined) await this.start();
    this.child?.stdin?.write(JSON.stringify({ ...this.contestant.extra, ...request }) + "\n");
    return this.answer();
  }

  private async start(): Promise<void> {
    const { command, args, environment } = this.contestant;
    const env = { ...process.env, ...environment };
    this.child = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    this.reader = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = this.reader[Symbol.asyncIterator]();
    await this.answer(); // the greeting
  }

  private async answer(): Promise<unknown> {
    const line = await this.lines?.next();
    if (line === undefined || line.done === true)
      throw new Error(`bench: the process of ${this.contestant.mode} ended before it answered.`);
    return JSON.parse(line.value);
  }
}

const worker = fileURLToPath(new URL("./bench-worker.js", import.meta.url));

/**
 * This library in one mode. Op by op and with XLA operations
 * spread over the cores; a graph has parts instead.
 */
export function ours(
  mode: "op-by-op" | "graph" | "xla" | "wasm",
  precision: Precision = "float32",
): Contestant {
  const threads = mode === "graph" ? "1" : String(availableParallelism());
  const environment = { TF_NUM_INTRAOP_THREADS: threads };
  const args = [worker, mode, precision];
  return { mode: inPrecision(mode, precision), command: process.execPath, args, environment, extra: {} };
}

/** A mode's name in the rows. */
export function inPrecision(mode: string, precision: Precision): string {
  return precision === "float32" ? mode : `${mode}, ${precision}`;
}

/** WebAssembly has one thread: as the studies do it, a process a core, each with its share of the batch. */
export function wasmOnAllCores(): Contestant {
  return { ...ours("wasm"), mode: "wasm, a process a core", processes: availableParallelism() };
}

/**
 * PyTorch as its wheel is, and with MKL at full speed where a
 * compiler can make the library that says so; none without it.
 * @param compiled torch.compile too, and JAX where the same Python has it
 * @param precisions with bfloat16, each PyTorch under autocast beside itself
 */
export function peers(python: string, compiled: boolean, precisions: readonly Precision[]): Contestant[] {
  const asks = spawnSync(python, ["-c", "import torch"], { stdio: "ignore" });
  if (asks.status !== 0) return [];
  const args = [fromRoot("bench", "peer.py"), String(availableParallelism())];
  const peer = (mode: string, extra: object, environment = {}): Contestant => {
    return { mode, command: python, args, environment, extra: { ...extra } };
  };
  const preload = fullSpeedMkl();
  const both = (mode: string, extra: object): Contestant[] =>
    precisions.flatMap(precision => {
      const asked = precision === "float32" ? extra : { ...extra, bfloat16: true };
      const named = (name: string) => inPrecision(name, precision);
      const slow = peer(named(mode), asked);
      if (preload === null) return [slow];
      return [slow, peer(named(`${mode}, MKL at full speed`), asked, { LD_PRELOAD: preload })];
    });
  const list = both("pytorch", {});
  if (compiled) {
    list.push(...both("torch.compile", { compile: true }));
    if (spawnSync(python, ["-c", "import jax"], { stdio: "ignore" }).status === 0)
      list.push({ ...peer("jax", {}), args: [fromRoot("bench", "peer_jax.py")] });
  }
  return list;
}

/**
 * The path of a library that answers MKL's question for
 * an Intel processor with yes; null without a C compiler.
 */
export function fullSpeedMkl(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "unmask-mkl-"));
  const [source, library] = [join(folder, "mkl.c"), join(folder, "libmkl-full-speed.so")];
  writeFileSync(source, "int mkl_serv_intel_cpu_true(void) { return 1; }\n");
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source], { stdio: "ignore" });
  return status === 0 && existsSync(library) ? library : null;
}

/** The Python asked for, or the first that has PyTorch. */
export function pythonWithTorch(asked: string | undefined): string {
  if (asked === undefined) return "python3";
  const { status } = spawnSync(asked, ["-c", "import torch"], { stdio: "ignore" });
  if (status === 0) return asked;
  throw new UserError(`bench: ${asked} cannot import torch; name a Python that can, or leave --python out.`);
}
