/**
 * In which precision matrix products are computed: what was asked for, or what is
 * faster here. bfloat16 is taken only where the machine has arithmetic for it;
 * elsewhere TensorFlow would round, widen and multiply in float32, for longer.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { compile } from "../compile/compile.js";
import { precisions, type Precision } from "../compile/precision.js";
import { UserError } from "../core/errors.js";
import { choice, described } from "../core/schema.js";
import type { DenoiserConfig } from "../model/config.js";
import { backendInUse, tensorflowInUse, useBackend, type BackendChoice } from "./backend.js";
import { fromRoot } from "../host/package-root.js";

export type PrecisionSetting = Precision | "auto";

/** What every command that can be told is told. */
export const precisionSetting = described(
  choice([...precisions, "auto"]),
  "of matrix products; auto: bfloat16 where it is much faster here",
);

/** A product [rows, inner] x [inner, outer]. */
export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly outer: number;
}

export interface PrecisionChoice {
  readonly precision: Precision;
  /** why, as one clause; null where nothing else was to be considered */
  readonly reason: string | null;
}

/** What the choice rests on; tests put numbers of their own there. */
export interface ProductSpeeds {
  /** why bfloat16 cannot be had, as one clause; undefined where it can */
  readonly refusal: () => string | undefined;
  /** seconds in float32 over seconds in bfloat16 */
  readonly speedup: (shape: ProductShape) => number;
}

/** bfloat16 rounds: what it saves must be worth that. */
export const leastSpeedup = 1.3;

/**
 * @param shapeOf the product that "auto" times
 * @throws UserError where bfloat16 was asked for and cannot be had
 */
export function choosePrecision(
  where: string,
  setting: PrecisionSetting,
  shapeOf: () => ProductShape,
  speeds: ProductSpeeds = thisMachine,
): PrecisionChoice {
  if (setting === "float32") return { precision: "float32", reason: null };
  const refusal = speeds.refusal();
  if (refusal !== undefined) {
    if (setting === "auto") return { precision: "float32", reason: refusal };
    throw new UserError(
      `${where}: --precision bfloat16 cannot be had, because ${refusal}; leave it at float32, or pass auto.`,
    );
  }
  if (setting === "bfloat16") return { precision: "bfloat16", reason: "asked for" };
  const shape = shapeOf();
  const speedup = speeds.speedup(shape);
  const { rows, inner, outer } = shape;
  const measured = `${speedup.toFixed(2)} times as fast in bfloat16 at ${rows} x ${inner} x ${outer}`;
  return speedup >= leastSpeedup
    ? { precision: "bfloat16", reason: measured }
    : { precision: "float32", reason: `${measured}, and ${leastSpeedup} is the least` };
}

/** The line that a command prints: the backend, and the precision where it was a question. */
export function backendLine(backend: BackendChoice, { precision, reason }: PrecisionChoice): string {
  return backend.describe() + (reason === null ? "" : `; products in ${precision}: ${reason}`);
}

/** The setting as data of a run: float32 is left out, so that runs made before are still known. */
export function precisionField({ precision }: PrecisionChoice): { readonly precision?: "bfloat16" } {
  return precision === "float32" ? {} : { precision };
}

/** The largest product of a layer, for so many rows together; their number is rounded to a power of two. */
export function layerProduct(
  { hiddenSize, intermediateSize }: Pick<DenoiserConfig, "hiddenSize" | "intermediateSize">,
  rows: number,
): ProductShape {
  return { rows: 2 ** Math.round(Math.log2(rows)), inner: hiddenSize, outer: intermediateSize };
}

/** Whether products can be rounded to bfloat16 here, be it with arithmetic for it or, for no gain, without. */
export async function hasBfloat16(): Promise<boolean> {
  return (await useBackend()).name !== "wasm";
}

const thisMachine: ProductSpeeds = { refusal: bfloat16Refusal, speedup: timedOnce };

function bfloat16Refusal(): string | undefined {
  const backend = backendInUse();
  if (backend === "none" || backend === "wasm") return "WebAssembly has no products in bfloat16";
  return (
    (backend === "native-cuda" ? gpuRefusal(computeCapability()) : processorRefusal(processorFlags())) ??
    trial()
  );
}

/** @param capability as nvidia-smi has it, such as "9.0"; undefined where it says nothing */
export function gpuRefusal(capability: string | undefined): string | undefined {
  if (capability === undefined) return "nvidia-smi does not say whether this GPU has arithmetic for bfloat16";
  if (Number(capability) >= 8) return undefined;
  return (
    `this GPU has no arithmetic for bfloat16 (its compute capability is ${capability}, and 8.0 is ` +
    "needed)"
  );
}

/** @param flags as /proc/cpuinfo has them; undefined where there is none */
export function processorRefusal(flags: readonly string[] | undefined): string | undefined {
  if (flags === undefined)
    return "this system does not say whether its processor has arithmetic for bfloat16";
  if (flags.includes("avx512_bf16") || flags.includes("amx_bf16")) return undefined;
  return "this processor has no arithmetic for bfloat16 (neither AVX-512 BF16 nor AMX)";
}

function processorFlags(): readonly string[] | undefined {
  if (!existsSync("/proc/cpuinfo")) return undefined;
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
  return line?.[1].split(/\s+/);
}

function computeCapability(): string | undefined {
  const query = ["--query-gpu=compute_cap", "--format=csv,noheader"];
  const { status, stdout } = spawnSync("nvidia-smi", query, { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0].trim() : undefined;
}

/** An old TensorFlow knows the type and not its products. */
function trial(): string | undefined {
  try {
    seconds({ rows: 64, inner: 128, outer: 128 }, "bfloat16", 1);
    return undefined;
  } catch {
    return `TensorFlow ${tensorflowInUse() ?? ""} has no products in bfloat16`;
  }
}

/**
 * The speedup as it was measured the first time on this machine:
 * a run that is killed and goes on must not find another.
 */
function timedOnce(shape: ProductShape): number {
  const folder = fromRoot(".native");
  const file = join(folder, "product-speeds.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>) : {};
  const { rows, inner, outer } = shape;
  const machine = `${cpus()[0]?.model ?? "unknown"}, TensorFlow ${tensorflowInUse()}, ${backendInUse()}`;
  const key = `${machine}: ${rows} x ${inner} x ${outer}`;
  if (key in known) return known[key];
  const speedup = measuredSpeedup(shape);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.${process.pid}.tmp`, JSON.stringify({ ...known, [key]: speedup }, null, 1) + "\n");
  renameSync(`${file}.${process.pid}.tmp`, file);
  return speedup;
}

/** Best of several in turn, so that what else the machine does falls on both alike. */
export function measuredSpeedup(shape: ProductShape): number {
  const best = { float32: Infinity, bfloat16: Infinity };
  for (let round = 0; round < 3; round++)
    for (const precision of precisions)
      best[precision] = Math.min(best[precision], seconds(shape, precision, 5));
  return best.float32 / best.bfloat16;
}

/**
 * Of one call: the product, and rounding and widening where there
 * is any. The best of `calls`, after two that record and warm up.
 */
function seconds({ rows, inner, outer }: ProductShape, precision: Precision, calls: number): number {
  const product = compile((x: tf.Tensor, w: tf.Tensor) => tf.matMul(x, w, false, true), {
    name: "product",
    precision,
  });
  const [x, w] = [tf.fill([rows, inner], 0.5), tf.fill([outer, inner], 0.5)];
  try {
    let best = Infinity;
    for (let i = -2; i < calls; i++) {
      const started = performance.now();
      tf.dispose(product(x, w));
      if (i >= 0) best = Math.min(best, performance.now() - started);
    }
    return best / 1000;
  } finally {
    product.dispose();
    tf.dispose([x, w]);
  }
}
