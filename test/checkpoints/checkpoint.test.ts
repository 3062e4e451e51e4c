import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync, cpSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  loadDenoiser,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "../../src/lib/checkpoints/checkpoint.js";
import { narrowBf16, widenBf16 } from "../../src/lib/model/float-formats.js";
import { writeSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";

let folder: string;
beforeAll(async () => {
  await useBackend();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unmask-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function copyOfLlada(): string {
  cpSync("test/reference/llada-tiny", folder, { recursive: true });
  for (const name of ["model.safetensors", "config.json"]) chmodSync(join(folder, name), 0o644);
  return folder;
}

describe("a checkpoint", () => {
  it(
    "written here reads back as the same weights, rounded to bf16, and is a Dream checkpoint for " + "others",
    () => {
      const config = readConfig("test/reference/dream-tiny");
      const params = readParameters("test/reference/dream-tiny", config);
      saveCheckpoint(folder, config, params);
      expect(readConfig(folder)).toEqual(config);
      for (const [name, again] of readParameters(folder, config)) {
        // the reference is bf16 already
        expect(tf.max(tf.abs(tf.sub(again, params.get(name)!))).dataSync()[0], name).toBe(0);
      }
    },
  );

  it("cut off at any of many places is one sentence that names the file", () => {
    const path = join(copyOfLlada(), "model.safetensors");
    const size = readFileSync(path).length;
    for (const keep of [size - 1, Math.floor(size / 2), 2000, 100, 7, 0]) {
      truncateSync(path, keep);
      expect(() => loadDenoiser(folder), `${keep} bytes`).toThrow(
        /safetensors: .*model\.safetensors.*(cut off|damaged|ended)/,
      );
    }
  });

  it("whose header lies about its length is refused before anything is allocated", () => {
    const path = join(copyOfLlada(), "model.safetensors");
    const bytes = readFileSync(path);
    bytes.writeBigUInt64LE(BigInt(2) ** BigInt(60));
    writeFileSync(path, bytes);
    expect(() => loadDenoiser(folder)).toThrow(/announces a header of/);
  });

  it("with a weight that is no number names tensor and file", () => {
    const path = join(copyOfLlada(), "model.safetensors");
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length - 2); // the last bf16 becomes NaN
    writeFileSync(path, bytes);
    expect(() => loadDenoiser(folder)).toThrow(/tensor model\.transformer\.wte\.weight holds NaN/);
  });

  it("of another shape than its config.json says names both shapes", () => {
    const path = join(copyOfLlada(), "config.json");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace('"mlp_hidden_size": 144', '"mlp_hidden_size": 146'),
    );
    expect(() => loadDenoiser(folder)).toThrow(/has shape \[144, 64\], config\.json asks for \[146, 64\]/);
  });

  it("that is not there, or of an unknown kind, says what to do", () => {
    expect(() => loadDenoiser(folder)).toThrow(/has no config\.json; name a checkpoint folder/);
    writeFileSync(join(folder, "config.json"), '{"model_type": "gpt2"}');
    expect(() => loadDenoiser(folder)).toThrow(/model_type "gpt2", which is not supported/);
  });
});

describe("bfloat16", () => {
  it("rounds to nearest even and keeps infinities and NaN", () => {
    const values = Float32Array.of(1, -2.5, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Infinity, NaN);
    expect([...widenBf16(narrowBf16(values))]).toEqual([1, -2.5, 1, 1 + 2 ** -6, Infinity, NaN]);
  });
});

describe("safetensors", () => {
  it("keep float32 and int32 bit for bit", () => {
    const path = join(folder, "x.safetensors");
    const f = Float32Array.of(0.1, -3e38);
    writeSafetensors(
      path,
      new Map([
        ["f", { dtype: "F32", shape: [2], values: f }],
        ["i", { dtype: "I32", shape: [1], values: Int32Array.of(-7) }],
      ]),
      { step: "3" },
    );
    const file = openSafetensors(path);
    expect(file.readFloat32("f")).toEqual(f);
    expect([...file.readInt32("i")]).toEqual([-7]);
    expect(file.metadata["step"]).toBe("3");
    file.close();
  });
});

describe("annealed attention", () => {
  it("is causal at ratio 0: a later token does not change what stands before it", () => {
    const denoiser = loadDenoiser("test/reference/dream-tiny");
    const logits = (last: number) => [
      ...denoiser.prefillLogits(tf.tensor2d([[5, 6, 7, last]], [1, 4], "int32"), null, 3).logits.dataSync(),
    ];
    expect(logits(8)).toEqual(logits(9));
    const full = (last: number) => [
      ...denoiser
        .logits(tf.tensor2d([[5, 6, 7, last]], [1, 4], "int32"), null)
        .dataSync()
        .slice(0, 416),
    ];
    expect(full(8)).not.toEqual(full(9));
    denoiser.dispose();
  });
});
