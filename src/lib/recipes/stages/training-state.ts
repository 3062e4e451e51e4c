/**
 * What an unfinished run goes on from: named sets of parameters in float32
 * and the number of steps done, in one file. The one before is kept beside
 * it, for the newest may count rows that the logs lost when the power went.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import { disk } from "../../files/disk.js";
import { writing } from "../../files/file-error.js";
import type { TensorToStore } from "../../model/safetensors.js";
import { writeSafetensors, openSafetensors } from "../../checkpoints/safetensors-file.js";
import type { Parameters } from "../../model/parameters.js";
import type { OptimizerState } from "../../train/adamw.js";
import { logBehind, type RunLog } from "./run-logs.js";

const stateName = "state.safetensors";
const previousName = "state-before.safetensors";

/** Whether a file of a run's folder is a state, which a finished run has none of. */
export function isState(name: string): boolean {
  return name === stateName || name === previousName;
}

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

/**
 * Put a new state in place of the last. The rows that it counts must be on the disk.
 * @param guard called just before: throws when the folder is another process's by now
 */
export function saveState(out: string, sets: ParameterSets, step: number, guard?: () => void): void {
  const tensors = new Map<string, TensorToStore & { readonly values: Float32Array }>();
  for (const [kind, set] of Object.entries(sets)) {
    for (const [name, t] of set)
      tensors.set(`${kind}.${name}`, { dtype: "F32", shape: t.shape, values: t.dataSync<"float32">() });
  }
  const [path, previous] = [stateName, previousName].map(name => join(out, name));
  const values = [...tensors].map(([name, tensor]) => [name, tensor.values] as const);
  const metadata = { step: String(step), crc32: checksum(String(step), values) };
  writeSafetensors(path, tensors, metadata, () => {
    guard?.();
    if (!existsSync(path)) return;
    disk.remove(previous);
    disk.link(path, previous); // not renamed: there is always a state
  });
}

/**
 * Leave in a folder only a state that the run can go on from: one that is whole and whose rows every log has.
 * A run that has none such begins anew, which gives the same rows. Says so when it is not the newest.
 * @throws UserError for a log that is damaged
 */
export function settleState(out: string, logs: readonly RunLog[]): void {
  const path = join(out, stateName);
  const found = [path, join(out, previousName)].filter(existsSync);
  const reasons: string[] = [];
  for (const state of found) {
    const step = stepOf(state);
    const behind = step === null ? null : logBehind(out, logs, step);
    if (step !== null && behind === null) {
      if (reasons.length > 0) console.error(`train: ${reasons.join("; ")}; going on from step ${step}.`);
      return writing("train", path, () => {
        if (state !== path) disk.rename(state, path);
        disk.syncFolder(out);
      });
    }
    reasons.push(
      step === null
        ? `${state} is damaged`
        : `${state} counts ${step} steps, for which ${behind} has no rows`,
    );
  }
  if (reasons.length > 0) console.error(`train: ${reasons.join("; ")}; beginning anew.`);
  dropState(out);
}

/**
 * Steps of a state that is as it was written; null for one that is not. States of before have no checksum.
 */
function stepOf(path: string): number | null {
  try {
    const file = openSafetensors(path);
    try {
      const { step, crc32: sum } = file.metadata;
      const values = [...file.tensors.keys()].map(name => [name, file.readFloat32(name)] as const);
      const whole = /^\d+$/.test(step) && (sum === undefined || sum === checksum(step, values));
      return whole ? Number(step) : null;
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function checksum(step: string, tensors: readonly (readonly [string, Float32Array])[]): string {
  const sum = tensors.reduce(
    (value, [name, values]) => crc32(values, crc32(`${name} ${values.length}`, value)),
    crc32(step),
  );
  return sum.toString(16);
}

/** Null where nothing was saved yet. The tensors are the caller's. */
export function loadState(
  out: string,
  kinds: readonly string[],
  shapes: ReadonlyMap<string, readonly number[]>,
): SavedState | null {
  const path = join(out, stateName);
  if (!existsSync(path)) return null;
  const file = openSafetensors(path);
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
  for (const path of [stateName, previousName].map(name => join(out, name)))
    writing("train", path, () => {
      if (existsSync(path)) disk.remove(path);
    });
}
