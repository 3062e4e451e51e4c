/** Checkpoints one after the other: their graphs in common, and nothing left behind. */
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadDenoiser } from "../../src/lib/checkpoints/checkpoint.js";
import { DenoiserKeeper } from "../../src/lib/checkpoints/denoiser-keeper.js";
import { registerGraphRunner } from "../../src/lib/compile/native.js";
import type { Denoiser } from "../../src/lib/model/denoiser.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { nativeGraphs } from "../../src/lib/runtime/native-graph.js";

const folders = [1, 2].map(seed => `data/checkpoints/instruct-seed${seed}`);
let recorded = 0;
let native: boolean;

beforeAll(async () => {
  native = (await useBackend()).name !== "wasm";
  const counting = (...what: Parameters<typeof nativeGraphs.load>) => {
    recorded++;
    return nativeGraphs.load(...what);
  };
  if (native) registerGraphRunner({ ...nativeGraphs, load: counting });
});
afterAll(() => native && registerGraphRunner(nativeGraphs));

function logitsOf(denoiser: Denoiser): Float32Array {
  return tf.tidy(() =>
    denoiser.logitsAt(tf.tensor2d([[5, 6, 2, 2]], [1, 4], "int32"), null, [[2, 3]]).dataSync<"float32">(),
  );
}

it("checkpoints of one configuration share recorded graphs, to the logits that each has alone", () => {
  const alone = folders.map(folder => {
    const denoiser = loadDenoiser(folder);
    const logits = logitsOf(denoiser);
    denoiser.dispose();
    return logits;
  });
  expect(alone[0]).not.toEqual(alone[1]);
  const [tensors, graphs] = [tf.memory().numTensors, recorded];
  const keeper = new DenoiserKeeper();
  const kept = [...folders, folders[0]].map(folder => logitsOf(keeper.load(folder, {})));
  expect(kept).toEqual([...alone, alone[0]]);
  if (native) expect(recorded - graphs).toBe(1);
  keeper.load("test/reference/dream-tiny", {});
  keeper.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

it("a checkpoint is read once until another is asked for, and anew under other options", () => {
  const keeper = new DenoiserKeeper();
  const first = keeper.load(folders[0], { mode: "graph" });
  expect(keeper.load(folders[0], { mode: "graph" })).toBe(first);
  expect(keeper.load(folders[0], { mode: "op-by-op" })).not.toBe(first);
  keeper.dispose();
});
