/**
 * The way back: what we write opens in PyTorch and gives our logits. Runs where python3 has torch and
 * transformers; with UNMASK_DREAM_CODE set, through the public Dream code (`pytorch_logits.py`).
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  loadDenoiser,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "../../src/lib/checkpoints/checkpoint.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";
import type { RandomFamily } from "../../src/lib/checkpoints/random-checkpoint-config.js";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";

const hasTorch = spawnSync("python3", ["-c", "import torch, transformers"]).status === 0;
const title = hasTorch
  ? "a checkpoint in PyTorch"
  : "a checkpoint in PyTorch: skipped, python3 has no torch and transformers";

/** float32 in another order of summing; the tolerance of the reference's logits (`reference.test.ts`) */
const tolerance = 2e-4;
const ids = [[5, 90, 7, 2, 33, 120, 2, 8]];
const text = "loop: take even items";

interface Answer {
  readonly logits: number[];
  readonly missing: string[];
  readonly unexpected: string[];
  readonly ids: number[];
}

function pytorch(folder: string): Answer {
  const args = ["test/checkpoints/pytorch_logits.py", folder, JSON.stringify(ids), text];
  const { stdout, stderr, status } = spawnSync("python3", args, {
    encoding: "utf8",
    env: { ...process.env, MALLOC_MMAP_MAX_: undefined, MALLOC_TOP_PAD_: undefined },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Answer;
}

/**
 * Ours is aligned: under the shift, row i is what the public code has in row i - 1, and row 0 comes twice.
 */
function expectOurs(folder: string, { logits, missing, unexpected }: Answer): void {
  expect({ missing, unexpected }).toEqual({ missing: [], unexpected: [] });
  const denoiser = loadDenoiser(folder);
  const { vocabSize: v, shift } = denoiser.config;
  const ours = denoiser.logits(tf.tensor2d(ids, undefined, "int32"), null);
  const values = ours.dataSync();
  ours.dispose();
  denoiser.dispose();
  expect(values).toHaveLength(logits.length);
  let largest = 0;
  values.forEach((x, i) => {
    const row = Math.floor(i / v);
    const raw = shift ? Math.max(0, row - 1) : row;
    largest = Math.max(largest, Math.abs(x - logits[raw * v + (i % v)]));
  });
  expect(largest).toBeLessThan(tolerance);
}

let root: string;
beforeAll(async () => {
  await useBackend();
  root = mkdtempSync(join(tmpdir(), "unmask-pytorch-"));
});
afterAll(() => rmSync(root, { recursive: true }));

describe.skipIf(!hasTorch)(title, () => {
  it.each(["instruct-seed1", "scratch-seed1"])(
    "shipped as %s, training.json and log beside it, gives our logits and our token ids",
    name => {
      const folder = `data/checkpoints/${name}`;
      const answer = pytorch(folder);
      expectOurs(folder, answer);
      expect(answer.ids).toEqual([...loadTokenizer(folder).encode(text)]);
    },
    120_000,
  );

  it.each<[RandomFamily, string]>([
    ["dream", "grouped heads, an untied head"],
    ["qwen2", "grouped heads, a tied head"],
    ["llada", "full heads, no biases"],
  ])(
    "saved from a %s folder (%s) gives our logits",
    family => {
      const from = join(root, family);
      writeRandomCheckpoint(from, { shape: "tiny", family, seed: 3, shards: 2 });
      const folder = join(root, `${family}-saved`);
      const config = readConfig(from);
      const params = readParameters(from, config);
      saveCheckpoint(folder, config, params);
      for (const tensor of params.values()) tensor.dispose();
      for (const name of ["tokenizer.json", "tokenizer_config.json"])
        copyFileSync(join("data/tokenizers/testbed", name), join(folder, name));
      writeFileSync(join(folder, "training.json"), '{"config": {"shift": true}, "model_type": "other"}');
      expectOurs(folder, pytorch(folder));
    },
    120_000,
  );
});
