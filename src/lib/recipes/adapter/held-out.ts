/**
 * Losses of held-out windows while a parent is adapted, as rows of `windows.arrow`: under masks that are the
 * same at every moment and of every seed, so that moments and seeds are paired.
 */
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../../core/rng.js";
import { openLog } from "../../log/log-writer.js";
import type { Parameters } from "../../model/parameters.js";
import { provenance } from "../../runtime/provenance.js";
import { createAdapterLosses, type AdapterTask } from "../../train/adapter-step.js";
import { logFile, type RunLog } from "../stages/run-logs.js";
import type { TrainOptions } from "../stages/train-options.js";
import { heldOutRatios, type AdapterRecipe } from "./recipe.js";
import { batchOf, maskedSequence, type Sequence } from "./sequences.js";

export interface HeldOut {
  /** Append the rows of this moment, if losses are due. @param step steps done; `tensors` are borrowed */
  take(tensors: Parameters, step: number): void;
  /** wait until the rows are on the disk */
  sync(): void;
  close(): void;
}

/** What a recipe logs of them. */
export function heldOutLog(recipe: AdapterRecipe): RunLog {
  return { kind: "windows", rowsAfter: steps => rowsAfter(recipe, steps) };
}

/** The losses before the first step belong to it: a run that has done none takes them still. */
function rowsAfter({ heldOut: { after, windows } }: AdapterRecipe, steps: number): number {
  const past = steps === 0 ? [] : after.filter(step => step <= steps);
  return past.length * heldOutRatios.length * windows;
}

/**
 * Opens the log of a run; rows beyond the `from` steps that it has done are cut off.
 * @param windows of the split that is held out; as many as the recipe says are taken, evenly
 */
export function openHeldOut(
  { recipe, seed, out, guard }: TrainOptions<AdapterRecipe>,
  task: AdapterTask,
  windows: readonly Sequence[],
  from: number,
  checkpointHash: string,
): HeldOut {
  const losses = createAdapterLosses(task, { precision: recipe.precision });
  const chosen = evenly(windows.length, recipe.heldOut.windows);
  const log = openLog(logFile(out, "windows"), "windows", {
    metadata: provenance({ config: recipe, seed, checkpointHash, precision: recipe.precision }),
    resume: { rows: rowsAfter(recipe, from) },
    guard,
  });
  const rowsAt = (tensors: Parameters, step: number, t: number, window: readonly number[]) => {
    const masks = Rng.fromSeed(0).split("held-out windows").split(t);
    const rows = window.map(i => maskedSequence(windows[i], t, task.config.maskTokenId, masks.split(i)));
    const batch = batchOf(rows);
    const values = losses.of(tensors, batch);
    tf.dispose([batch.ids, batch.targets, batch.weights]);
    const [start, length] = [(b: number) => b * recipe.window, recipe.window];
    return rows.map(({ weights }, b) => ({
      ...{ run: `${recipe.name}-${seed}`, step, window: window[b], t },
      masked: weights.reduce((a, w) => a + w, 0),
      lossSum: values.subarray(start(b), start(b) + length).reduce((a, x) => a + x, 0),
    }));
  };
  return {
    take(tensors, step) {
      if (!recipe.heldOut.after.includes(step)) return;
      for (const t of heldOutRatios)
        for (let i = 0; i < chosen.length; i += recipe.batch)
          log.append(rowsAt(tensors, step, t, chosen.slice(i, i + recipe.batch)));
    },
    sync: () => log.sync(),
    close() {
      log.close();
      losses.dispose();
    },
  };
}

/** `count` of 0 to `of` - 1, as far apart as can be; again from the start where there are not so many. */
function evenly(of: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * Math.max(of, count)) / count) % of);
}
