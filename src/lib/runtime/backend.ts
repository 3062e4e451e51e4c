/**
 * Which tfjs backend computes: the native one if its binding loads, else
 * WebAssembly, one choice for the whole process. Installing is `setup.ts`;
 * here nothing is fetched, and a missing binding is a reason, not a crash.
 */
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { registerGraphRunner } from "../compile/native.js";
import { UserError, unknownName } from "../core/errors.js";
import { inPhase } from "../core/phases.js";
import { readRecord } from "../setup/setup.js";
import { measureCalls } from "./measured-calls.js";
import { nativeGraphs } from "./native-graph.js";

export const backendPreferences = ["auto", "native", "wasm"] as const;
export type BackendPreference = (typeof backendPreferences)[number];
export type BackendName = "native-cpu" | "native-cuda" | "wasm";

export interface BackendChoice {
  readonly name: BackendName;
  /** of the native library; null with WebAssembly */
  readonly tensorflowVersion: string | null;
  /** why this backend and no better one, as one clause */
  readonly reason: string;
  /** one line for people */
  readonly describe: () => string;
}

/** What tfjs-node adds to the backend interface. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * Makes the best backend tfjs's current one and says which it is and why; print `describe()` once per
 * command. The environment variable UNMASK_BACKEND (auto, native, wasm) decides where the caller leaves it at
 * "auto". Throws UserError when the native backend is asked for and cannot be had.
 * @param threads of one operation. Graphs hold one part of a batch a core (compile/parts.ts), and
 *   operations that spread as well would be in each other's way; "all" is for single sequences.
 *   TF_NUM_INTRAOP_THREADS, where set, decides.
 */
export function useBackend(
  preference: BackendPreference = "auto",
  threads: "one" | "all" = "one",
): Promise<BackendChoice> {
  const chosen = choosing.then(() => choose(preference, threads));
  choosing = chosen.catch(() => undefined);
  return chosen;
}

/** One choice after another: of two at once tfjs gives up the first. */
let choosing: Promise<unknown> = Promise.resolve();

async function choose(preference: BackendPreference, threads: "one" | "all"): Promise<BackendChoice> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3"; // its notes on this processor and GPU are nobody's concern
  process.env.TF_NUM_INTRAOP_THREADS ??= threads === "one" ? "1" : String(availableParallelism());
  const wanted = preference === "auto" ? fromEnvironment() : preference;
  if (wanted === "wasm") return useWasm("asked for");
  const failure = await inPhase("start", loadNative);
  if (failure === undefined) return choice(nativeName(), wanted === "native" ? "asked for" : nativeReason());
  if (wanted === "native")
    throw new UserError(
      `backend: native was asked for, but ${failure}; run npm run setup, or leave the choice open.`,
    );
  return useWasm(failure);
}

/** The backend that computes in this process, without choosing one; "none" before the first choice. */
export function backendInUse(): BackendName | "none" {
  const current = tf.getBackend();
  if (current === "tensorflow") return nativeName();
  return current === "wasm" ? "wasm" : "none";
}

/** The version of the native library in use, null with WebAssembly. */
export function tensorflowInUse(): string | null {
  return tf.getBackend() === "tensorflow" ? nodeBackend().binding.TF_Version : null;
}

async function loadNative(): Promise<string | undefined> {
  const argv = process.argv;
  try {
    // The package looks for its binding with a command-line
    // parser: our own --dir would send it to another folder.
    process.argv = argv.slice(0, 2);
    await import("@tensorflow/tfjs-node-gpu");
    registerGraphRunner(nativeGraphs);
    const started = await tf.setBackend("tensorflow");
    if (started) measureCalls(nodeBackend());
    return started ? undefined : "the native binding does not start";
  } catch (error) {
    const known = readRecord();
    if (known?.backend === "wasm") return `there is no native binding (${known.reason})`;
    return (
      "the native binding does not load " +
      `(${(error as Error).message.split("\n")[0].slice(0, 160).trim()})`
    );
  } finally {
    process.argv = argv;
  }
}

async function useWasm(reason: string): Promise<BackendChoice> {
  // registers the gradients of all operations, as the native package does by itself
  await import("@tensorflow/tfjs");
  await import("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend("wasm")))
    throw new UserError("backend: this Node runs no WebAssembly with SIMD; use Node 20 without --jitless.");
  return choice("wasm", reason);
}

function choice(name: BackendName, reason: string): BackendChoice {
  const tensorflowVersion = tensorflowInUse();
  const library = tensorflowVersion === null ? "WebAssembly, slower" : `TensorFlow ${tensorflowVersion}`;
  return { name, tensorflowVersion, reason, describe: () => `backend: ${name} (${library}): ${reason}` };
}

function nativeName(): BackendName {
  return nodeBackend().isUsingGpuDevice ? "native-cuda" : "native-cpu";
}

function nativeReason(): string {
  const known = readRecord();
  return known?.backend === "native" ? known.reason : "its binding loads";
}

function nodeBackend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend;
}

function fromEnvironment(): BackendPreference {
  const value = process.env.UNMASK_BACKEND ?? "auto";
  if ((backendPreferences as readonly string[]).includes(value)) return value as BackendPreference;
  throw unknownName("backend", "UNMASK_BACKEND", value, backendPreferences);
}
