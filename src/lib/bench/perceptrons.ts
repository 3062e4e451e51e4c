/**
 * A perceptron's training step at five sizes: tfjs op by op, compiled, and beside them jax-js and PyTorch,
 * each where it is installed; all in turn, round after round.
 */
import { createRequire } from "node:module";
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { compile } from "../compile/compile.js";
import { fromRoot } from "../host/package-root.js";
import { fullSpeedMkl, OneProcess, type Contestant, type Timing } from "./bench-process.js";
import { microseconds, perceptron } from "./compile-bench.js";

/** Of the two hidden layers. */
export const perceptronWidths = [16, 64, 256, 512, 1024] as const;

export interface PerceptronRow {
  readonly width: number;
  readonly mode: string;
  /** of one step, in the fastest run: neighbours on a machine only slow down, and two threads most */
  readonly fastest_us: number;
  readonly runs_us: readonly number[];
}

/** Whoever trains a perceptron. */
interface Trainer {
  readonly mode: string;
  /** Microseconds of one step, the mean of so many. */
  step(width: number, steps: number): Promise<number>;
  stop(): void;
}

/** A run takes so many steps as fill this. */
const leastMs = 40;

/** @param absent told, in a sentence each, who is not installed and how he would be */
export async function benchPerceptrons(
  rounds: number,
  python: string,
  absent: (sentence: string) => void,
): Promise<PerceptronRow[]> {
  const trainers = [ours("op-by-op"), ours("graph"), ...jaxJs(absent), ...pyTorch(python, absent)];
  const rows: PerceptronRow[] = [];
  try {
    for (const width of perceptronWidths) {
      const steps: number[] = [];
      for (const trainer of trainers) {
        await trainer.step(width, 2); // records, compiles, warms up
        const once = await trainer.step(width, 2);
        steps.push(Math.max(2, Math.ceil((1000 * leastMs) / once)));
        await trainer.step(width, steps[steps.length - 1]);
      }
      const runs = trainers.map((): number[] => []);
      for (let round = 0; round < rounds; round++)
        for (const [i, trainer] of trainers.entries()) runs[i].push(await trainer.step(width, steps[i]));
      rows.push(...trainers.map(({ mode }, i) => rowOf(width, mode, runs[i])));
    }
  } finally {
    for (const trainer of trainers) trainer.stop();
  }
  return rows;
}

function rowOf(width: number, mode: string, runs: readonly number[]): PerceptronRow {
  return { width, mode, fastest_us: Math.min(...runs), runs_us: runs };
}

function ours(mode: "op-by-op" | "graph"): Trainer {
  let made: { readonly width: number; readonly call: () => void; readonly free: () => void } | undefined;
  const make = (width: number) => {
    made?.free();
    const { fn, inputs } = perceptron(width);
    const compiled = compile(fn, { mode });
    const [x, y, rate, ...weights] = inputs();
    let own = weights;
    const call = () => {
      const [loss, ...next] = compiled(x, y, rate, ...own) as tf.Tensor[];
      tf.dispose([loss, own]);
      own = next;
    };
    const free = () => {
      compiled.dispose();
      tf.dispose([x, y, rate, own]);
    };
    return (made = { width, call, free });
  };
  return {
    mode: mode === "graph" ? "compile(fn)" : "tfjs op by op",
    step: (width, steps) => {
      const { call } = made?.width === width ? made : make(width);
      return Promise.resolve(microseconds(call, steps));
    },
    stop: () => made?.free(),
  };
}

function other(contestant: Contestant): Trainer {
  const process = new OneProcess(contestant);
  return {
    mode: contestant.mode,
    async step(width, steps) {
      const { seconds } = (await process.ask({ work: "perceptron", width, steps })) as Timing;
      return (1e6 * seconds) / steps;
    },
    stop: () => process.stop(),
  };
}

function jaxJs(absent: (sentence: string) => void): Trainer[] {
  try {
    createRequire(import.meta.url).resolve("@jax-js/jax");
  } catch {
    absent("jax-js is not installed here; npm install --no-save @jax-js/jax@0.1.25 brings it.");
    return [];
  }
  const args = [fromRoot("bench", "peer_jax_js.mjs")];
  return [
    other({ mode: "jax-js, WebAssembly", command: process.execPath, args, environment: {}, extra: {} }),
  ];
}

function pyTorch(python: string, absent: (sentence: string) => void): Trainer[] {
  if (spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status !== 0) {
    absent(`${python} has no PyTorch; name a Python that has with --python.`);
    return [];
  }
  const preload = fullSpeedMkl();
  const environment: Record<string, string> = preload === null ? {} : { LD_PRELOAD: preload };
  return [...new Set([1, availableParallelism()])].map(threads => {
    const args = [fromRoot("bench", "peer_perceptron.py"), String(threads)];
    const mode = `PyTorch, ${threads} thread${threads === 1 ? "" : "s"}`;
    return other({ mode, command: python, args, environment, extra: {} });
  });
}
