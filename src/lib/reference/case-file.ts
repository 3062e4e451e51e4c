/** One file of the reference on its way to its check. */
import { dirname } from "node:path";
import type * as tf from "@tensorflow/tfjs-core";
import type { Sandbox } from "../sandbox/sandbox.js";
import { loadDenoiser, readConfig, readParameters } from "../checkpoints/checkpoint.js";
import { createDenoiser, type Denoiser } from "../model/denoiser.js";
import type { SafetensorsFile } from "../model/safetensors.js";
import type { Fields } from "./fields.js";
import type { Finding, Skipped } from "./finding.js";

/** A JSON file of a known layout, or a safetensors file. */
export interface CaseFile {
  readonly path: string;
  /** relative to the folder that is checked, without its ending: begins the names of its cases */
  readonly name: string;
  /** of a JSON file */
  readonly fields: Fields;
}

export type CheckResult = Finding | Skipped;

/** What checks share: each checkpoint is loaded once, the sandbox is started once and only when needed. */
export class CheckContext {
  private readonly denoisers = new Map<string, Denoiser>();
  private sandbox: Promise<Sandbox> | undefined;

  constructor(private readonly openSandbox: () => Promise<Sandbox>) {}

  /** The denoiser of the checkpoint that lies beside a file. */
  denoiserBeside(path: string): Denoiser {
    return this.denoiserOf(dirname(path));
  }

  /**
   * @param checkpoint folder or GGUF file
   * @param shifted as if the state before a token predicted it, also where the model is not made so
   */
  denoiserOf(checkpoint: string, shifted = false): Denoiser {
    const key = `${checkpoint}${shifted ? " shifted" : ""}`;
    const known = this.denoisers.get(key) ?? loadCheckpoint(checkpoint, shifted);
    this.denoisers.set(key, known);
    return known;
  }

  sandboxForRewards(): Promise<Sandbox> {
    return (this.sandbox ??= this.openSandbox());
  }

  async close(): Promise<void> {
    for (const denoiser of this.denoisers.values()) denoiser.dispose();
    await (await this.sandbox)?.close();
  }
}

function loadCheckpoint(checkpoint: string, shifted: boolean): Denoiser {
  if (!shifted) return loadDenoiser(checkpoint);
  const config = readConfig(checkpoint);
  return createDenoiser({ ...config, shift: true }, readParameters(checkpoint, config));
}

export type Check = (file: CaseFile, context: CheckContext) => CheckResult[] | Promise<CheckResult[]>;

/** Values of a tensor, which is disposed. */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values;
}

/** [2, 3] as "[2, 3]", as the names of what was compared end. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Shape of a tensor in a file, [] where there is none. */
export function shapeIn(file: SafetensorsFile, name: string): readonly number[] {
  return file.tensors.get(name)?.shape ?? [];
}
