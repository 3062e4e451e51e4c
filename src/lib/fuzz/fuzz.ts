/**
 * The fuzzer: inputs made from the kept corpus, each read in
 * a child process within 2 s of work and 1 GB, findings kept.
 */
import { fork, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Rng } from "../core/rng.js";
import { fromRoot, packageRoot } from "../host/package-root.js";
import type { FuzzReply, FuzzRequest } from "./fuzz-worker.js";
import { mutate } from "./mutate.js";
import type { TargetName } from "./targets.js";

/** What one input may take. */
export const limits = { seconds: 2, bytes: 2 ** 30 } as const;

/**
 * A machine that does other work too gives a process less than
 * it takes: waited for, while its own time is what counts.
 */
const patience = 10;

export interface Finding {
  readonly target: TargetName;
  readonly input: Uint8Array;
  readonly detail: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly targets: readonly TargetName[];
  readonly seed: number;
  /** wall clock, shared by the targets */
  readonly seconds: number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onInput?: (done: number, target: TargetName) => void;
}

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Small files of a target: some that must be read ("valid-..."), some that must be refused ("refused-...").
 */
export function corpusOf(target: TargetName): CorpusFile[] {
  const folder = fromRoot("test", "fuzz", "corpus", target);
  return readdirSync(folder)
    .sort()
    .map(name => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/**
 * Tries the targets in turn, one input each, until the time is over. The inputs are a function of the seed.
 */
export async function fuzz({ targets, seed, seconds, onFinding, onInput }: FuzzOptions): Promise<FuzzReport> {
  const reader = new Reader();
  const corpora = new Map(targets.map(name => [name, corpusOf(name).map(({ bytes }) => bytes)]));
  const until = performance.now() + 1000 * seconds;
  const findings: Finding[] = [];
  const count = { inputs: 0, accepted: 0, refused: 0 };
  try {
    for (let round = 0; performance.now() < until; round++)
      for (const target of targets) {
        if (performance.now() >= until) break;
        const rng = Rng.fromSeed(seed).split(target).split(round);
        const input = mutate(corpora.get(target) as Buffer[], rng);
        const { outcome, detail } = await reader.read({ target, input });
        count.inputs++;
        if (outcome === "finding") {
          findings.push({ target, input, detail });
          onFinding?.({ target, input, detail });
        } else count[outcome]++;
        onInput?.(count.inputs, target);
      }
  } finally {
    reader.close();
  }
  return { ...count, findings };
}

/** Writes a finding's input and what became of it, named by target and content. @returns the input's path */
export function keepFinding(folder: string, { target, input, detail }: Finding): string {
  mkdirSync(join(folder, target), { recursive: true });
  const path = join(folder, target, createHash("sha256").update(input).digest("hex").slice(0, 16));
  writeFileSync(path, input);
  writeFileSync(`${path}.txt`, `${detail}\n`);
  return path;
}

/** Readers in a process of their own, made anew when an input took too much or killed it. */
export class Reader {
  private child: ChildProcess | null = null;

  async read(request: FuzzRequest): Promise<Pick<FuzzReply, "outcome" | "detail">> {
    this.child ??= await startWorker();
    const child = this.child;
    const reply = await askWorker(child, request);
    if (typeof reply === "string") {
      this.close();
      return { outcome: "finding", detail: reply };
    }
    if (reply.rssBytes > limits.bytes) {
      this.close();
      return {
        outcome: "finding",
        detail: `memory: ${(reply.rssBytes / 1e9).toFixed(1)} GB; ${reply.detail}`,
      };
    }
    if (reply.cpuSeconds > limits.seconds)
      return { outcome: "finding", detail: `time: ${reply.cpuSeconds.toFixed(1)} s; ${reply.detail}` };
    return reply;
  }

  close(): void {
    this.child?.kill("SIGKILL");
    this.child = null;
  }
}

function startWorker(): Promise<ChildProcess> {
  // the tests run the sources, a process of its own what was built of them
  const file = fileURLToPath(import.meta.url).startsWith(join(packageRoot, "src"))
    ? fromRoot("dist", "lib", "fuzz", "fuzz-worker.js")
    : fileURLToPath(new URL("fuzz-worker.js", import.meta.url));
  const child = fork(file, [], {
    execArgv: [`--max-old-space-size=${limits.bytes / 2 ** 20}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise((done, failed) => {
    child.once("message", () => done(child));
    child.once("exit", code =>
      failed(new Error(`internal: the reading process ended with ${code} at once.`)),
    );
  });
}

/** The reply, or why there is none. */
function askWorker(child: ChildProcess, request: FuzzRequest): Promise<FuzzReply | string> {
  return new Promise(done => {
    const over = (result: FuzzReply | string) => {
      clearTimeout(timer);
      child.removeAllListeners();
      done(result);
    };
    const timer = setTimeout(() => over("hangs: no answer"), 1000 * limits.seconds * patience);
    child.once("message", reply => over(reply as FuzzReply));
    child.once("exit", (code, signal) => over(`dies: ${signal ?? `status ${code}`}`));
    child.send(request);
  });
}
