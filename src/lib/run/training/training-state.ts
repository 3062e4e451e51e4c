/** What an unfinished run goes on from: named sets of parameters in float32 and the number of steps done, in one file. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { SafetensorsFile, writeSafetensors, type TensorToStore } from "../../model/safetensors.js";
import type { Parameters } from "../../model/parameters.js";
import type { OptimizerState } from "../../train/train-step.js";

const stateName = "state.safetensors";

/** Sets of one shape by their kind: parameters, moments, a reference model. */
export type ParameterSets = Readonly<Record<string, Parameters>>;

export interface SavedState {
  readonly sets: ParameterSets;
  readonly step: number;
}

/** An optimiser's state as sets, in the order in which it is written. */
export function optimizerSets({ parameters, m, v }: OptimizerState): ParameterSets {
  return { parameters, m, v };
}

/** Replaced atomically. */
export function saveState(out: string, sets: ParameterSets, step: number): void {
  const tensors = new Map<string, TensorToStore>();
  for (const [kind, set] of Object.entries(sets)) {
    for (const [name, t] of set)
      tensors.set(`${kind}.${name}`, { dtype: "F32", shape: t.shape, values: t.dataSync<"float32">() });
  }
  const path = join(out, stateName);
  writeSafetensors(`${path}.tmp`, tensors, { step: String(step) });
  renameSync(`${path}.tmp`, path);
}

/** Null where nothing was saved yet. The tensors are the caller's. */
export function loadState(
  out: string,
  kinds: readonly string[],
  shapes: ReadonlyMap<string, readonly number[]>,
): SavedState | null {
  const path = join(out, stateName);
  if (!existsSync(path)) return null;
  const file = SafetensorsFile.open(path);
  try {
    const read = (kind: string) =>
      new Map(
        [...shapes].map(([name, shape]) => [
          name,
          tf.tensor(file.readFloat32(`${kind}.${name}`), [...shape]),
        ]),
      );
    return {
      sets: Object.fromEntries(kinds.map(kind => [kind, read(kind)])),
      step: Number(file.metadata["step"]),
    };
  } finally {
    file.close();
  }
}

/** A finished run needs none. */
export function dropState(out: string): void {
  rmSync(join(out, stateName), { force: true });
}
