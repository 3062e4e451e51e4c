/** Generation: seeds, batches, read-outs of one denoised start, and checkpoints. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/lib/core/rng.js";
import { loadFusion, saveFusion } from "../../../src/lib/methods/codefusion/checkpoint.js";
import {
  FusionGenerator,
  programTokens,
  type FusionSample,
} from "../../../src/lib/methods/codefusion/generate.js";
import { initFusion } from "../../../src/lib/methods/codefusion/parameters.js";
import { createFusionStep } from "../../../src/lib/methods/codefusion/train-step.js";
import type { Parameters } from "../../../src/lib/model/parameters.js";
import { useBackend } from "../../../src/lib/runtime/backend.js";
import { adamWDefaults } from "../../../src/lib/train/adamw.js";
import { initOptimizer } from "../../../src/lib/train/train-step.js";
import { tiny, tinyBatch, tinyPrograms, tinyPrompts } from "./tiny.js";

let folder: string;
let trained: Parameters;
let generator: FusionGenerator;

beforeAll(async () => {
  await useBackend();
  folder = mkdtempSync(join(tmpdir(), "unmask-fusion-"));
  // Some networks this small settle on one program for both
  // prompts, and rounding decides which do; this one has margin.
  const start = initFusion(tiny, Rng.fromSeed(3));
  const step = createFusionStep(tiny, "mean squares", adamWDefaults);
  let state = initOptimizer(start);
  for (let i = 0; i < 500; i++) state = step(state, tinyBatch(Rng.fromSeed(i), 8), 5e-3, i).state;
  step.dispose();
  trained = state.parameters;
  generator = new FusionGenerator(tiny, trained);
});
afterAll(() => {
  generator.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const rngs = (seed: number) => tinyPrompts.map((_, i) => Rng.fromSeed(seed).split(i));
const last = ({ readings }: FusionSample) => readings[readings.length - 1].tokens;

describe("generation", () => {
  it("of a trained network gives what the prompts ask for, read by the decoder", async () => {
    const samples = await generator.generate(tinyPrompts, rngs(7));
    expect(samples.map(s => [...last(s).decoder])).toEqual(tinyPrograms.map(p => [...p]));
  });

  it("repeats with its seed; another seed starts from other noise", async () => {
    const early = async (seed: number) =>
      (await generator.generate(tinyPrompts, rngs(seed), { traceEvery: 1 })).map(s => s.readings);
    expect(await early(7)).toEqual(await early(7));
    const untrained = new FusionGenerator(tiny, initFusion(tiny, Rng.fromSeed(2)));
    const first = async (seed: number) => (await untrained.generate(tinyPrompts, rngs(seed)))[0].readings[0];
    expect(await first(7)).not.toEqual(await first(8));
    untrained.dispose();
  });

  it("of a sample does not depend on those beside it, and leaks no tensor", async () => {
    const both = await generator.generate(tinyPrompts, rngs(7), { traceEvery: 3 });
    const before = tf.memory().numTensors;
    const alone = await generator.generate([tinyPrompts[1]], [rngs(7)[1]], { traceEvery: 3 });
    expect(alone[0]).toEqual(both[1]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("is read before every so many steps and at the end, from T down to 1", async () => {
    const [sample] = await generator.generate([tinyPrompts[0]], [Rng.fromSeed(1)], { traceEvery: 5 });
    expect(sample.readings.map(({ t }) => t)).toEqual([12, 7, 2, 1]);
  });

  it("refuses a prompt that is too long and a stream too few, each in one sentence", async () => {
    await expect(generator.generate([Int32Array.of(1, 2, 3, 4)], [Rng.fromSeed(1)])).rejects.toThrow(
      /has 4 tokens and the encoder takes 3; shorten it\.$/,
    );
    await expect(generator.generate(tinyPrompts, [])).rejects.toThrow(/2 prompts and 0 random streams/);
  });
});

it("a program ends before its first padding token", () => {
  expect([...programTokens(Int32Array.of(5, 6, 0, 7), 0)]).toEqual([5, 6]);
  expect([...programTokens(Int32Array.of(5, 6, 7, 8), 0)]).toEqual([5, 6, 7, 8]);
});

describe("a checkpoint", () => {
  it("reads back as the same network, its weights rounded to bfloat16", () => {
    saveFusion(folder, tiny, trained);
    const { config, parameters } = loadFusion(folder);
    expect(config).toEqual(tiny);
    expect([...parameters.keys()]).toEqual([...trained.keys()]);
    for (const [name, value] of parameters) {
      const error = tf.max(tf.abs(tf.sub(value, trained.get(name)!))).dataSync()[0];
      const size = tf.max(tf.abs(trained.get(name)!)).dataSync()[0];
      // half of the last of 8 significant bits, and the exponent's step
      expect(error, name).toBeLessThanOrEqual(size * 2 ** -8);
    }
    saveFusion(folder, config, parameters); // rounding what is rounded changes nothing
    for (const [name, value] of loadFusion(folder).parameters)
      expect(value.dataSync(), name).toEqual(parameters.get(name)!.dataSync());
  });

  it("of another kind, or whose files do not belong together, is one sentence", () => {
    saveFusion(folder, tiny, trained);
    const path = join(folder, "config.json");
    const written = readFileSync(path, "utf8");
    const withChange = (from: string, to: string) => writeFileSync(path, written.replace(from, to));
    withChange('"embedding_size": 8', '"embedding_size": 10');
    expect(() => loadFusion(folder)).toThrow(
      /has shape \[9, 8\] for tensor embedding\.weight, config\.json asks for \[9, 10\]/,
    );
    withChange('"codefusion"', '"Dream"');
    expect(() => loadFusion(folder)).toThrow(/has model_type "Dream", codefusion is needed/);
    withChange('"num_attention_heads": 2', '"num_attention_heads": 3');
    expect(() => loadFusion(folder)).toThrow(/width 16 and 3 heads; the width must be an even multiple/);
    withChange('"predicts": "start"', '"predicts": "x0"');
    expect(() => loadFusion(folder)).toThrow(/config\.json: unknown predicts "x0"; valid: start, noise\.$/);
    expect(() => loadFusion(join(folder, "nowhere"))).toThrow(/has no config\.json; train one/);
  });
});
