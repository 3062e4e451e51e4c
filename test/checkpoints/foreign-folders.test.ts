/**
 * Checkpoint folders as other tools leave them: wrapped names,
 * caches of links, a2d models whose mask only the tokenizer knows.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadDenoiser, readConfig } from "../../src/lib/checkpoints/checkpoint.js";
import { parseConfig } from "../../src/lib/model/config.js";
import { parameterShapes } from "../../src/lib/model/parameters.js";
import type { TensorToStore } from "../../src/lib/model/safetensors.js";
import { writeSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { loadModel } from "../../src/lib/checkpoints/load-model.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";
import { checkpointFolder } from "../../src/lib/checkpoints/testbed.js";
import { openSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";

const root = mkdtempSync(join(tmpdir(), "unmask-foreign-"));
const [whole, folder] = [join(root, "whole"), join(root, "folder")];
beforeAll(async () => {
  await useBackend();
  writeRandomCheckpoint(whole, { shape: "tiny", family: "dream", seed: 1, shards: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(whole, folder, { recursive: true });
});

/** Writes the weights again under other names; two for one keep the first's values. */
function rename(names: (name: string) => readonly string[]): void {
  const path = join(folder, "model.safetensors");
  const file = openSafetensors(path);
  const tensors = [...file.tensors].flatMap(([name, { shape }]) =>
    names(name).map((other): [string, TensorToStore] => [
      other,
      { dtype: "F32", shape, values: file.readFloat32(name) },
    ]),
  );
  file.close();
  writeSafetensors(path, new Map(tensors));
}

function firstWeights(path: string): number[] {
  const denoiser = loadDenoiser(path);
  const values = [...denoiser.parameters.values()].map(tensor => tensor.dataSync()[0]);
  denoiser.dispose();
  return values;
}

describe("names that a wrapper left its mark on", () => {
  it.each<[string, (name: string) => string]>([
    ["DistributedDataParallel", name => `module.${name}`],
    ["torch.compile", name => `_orig_mod.${name}`],
    ["both", name => `_orig_mod.module.${name}`],
    ["every layer compiled apart", name => name.replace(/layers\.(\d+)/, "layers.$1._orig_mod")],
    [
      "FSDP with checkpointing",
      name => name.replace(/layers\.(\d+)/, "_fsdp_wrapped_module.layers.$1._checkpoint_wrapped_module"),
    ],
  ])("are read: %s", (_, wrapped) => {
    rename(name => [wrapped(name)]);
    expect(firstWeights(folder)).toEqual(firstWeights(whole));
  });

  it("two tensors that differ by it alone are refused: which one is meant cannot be told", () => {
    rename(name => (name === "model.norm.weight" ? [name, `module.${name}`] : [name]));
    expect(() => loadDenoiser(folder)).toThrow(
      /has tensors model\.norm\.weight and module\.model\.norm\.weight, which are one and the same/,
    );
  });

  it("a weight without a place is still found under it", () => {
    rename(name => (name === "model.norm.weight" ? [name, "module.model.extra.weight"] : [name]));
    expect(() => loadDenoiser(folder)).toThrow(/holds tensor module\.model\.extra\.weight, for which/);
  });
});

describe("a Hugging Face cache", () => {
  const cache = join(root, "models--owner--name");
  const revision = "0123456789abcdef";
  beforeEach(() => {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(join(cache, "snapshots", revision), { recursive: true });
    mkdirSync(join(cache, "blobs"));
    mkdirSync(join(cache, "refs"));
    writeFileSync(join(cache, "refs", "main"), revision);
    for (const [i, name] of readdirSync(folder).entries()) {
      renameSync(join(folder, name), join(cache, "blobs", `blob${i}`));
      symlinkSync(join("..", "..", "blobs", `blob${i}`), join(cache, "snapshots", revision, name));
    }
  });

  it("is read through its links, named by its snapshot or as a whole", () => {
    expect(firstWeights(join(cache, "snapshots", revision))).toEqual(firstWeights(whole));
    expect(checkpointFolder(cache, 1)).toBe(join(cache, "snapshots", revision));
    const model = loadModel(checkpointFolder(cache, 1));
    expect(model.denoiser.config).toEqual(readConfig(whole));
    model.denoiser.dispose();
  });

  it("with a link that leads nowhere says so", () => {
    const link = join(cache, "snapshots", revision, "config.json");
    rmSync(link);
    symlinkSync("../../blobs/gone", link);
    expect(() => readConfig(join(cache, "snapshots", revision))).toThrow(
      /config\.json is a link to \.\.\/\.\.\/blobs\/gone, which is not there; fetch the checkpoint again/,
    );
  });

  it("of several snapshots without a main branch wants one named", () => {
    rmSync(join(cache, "refs", "main"));
    mkdirSync(join(cache, "snapshots", "fedcba"));
    expect(() => checkpointFolder(cache, 1)).toThrow(/holds 2 snapshots, of which refs\/main names none/);
  });
});

describe("a2d models", () => {
  const a2d = (changes: Readonly<Record<string, unknown>>) => {
    const path = join(folder, "config.json");
    const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    const { mask_token_id: _, pad_token_id: __, rope_scaling: ___, ...rest } = json;
    writeFileSync(path, JSON.stringify({ ...rest, ...changes }));
    rmSync(join(folder, "generation_config.json"));
  };

  it("have the mask and the padding of their tokenizer, full attention and no shift", () => {
    const [ours, theirs] = [readConfig(whole), () => readConfig(folder)];
    a2d({ model_type: "a2d-qwen2" });
    const { modelType: _, shift, ...rest } = theirs();
    expect(shift).toBe(false);
    expect(rest).toMatchObject({ maskTokenId: ours.maskTokenId, padTokenId: ours.padTokenId, qkvBias: true });
    const model = loadModel(folder);
    expect(model.autoregressive).toBe(false);
    model.denoiser.dispose();
  });

  it("whose mask lies beyond the embedding are refused in one sentence", () => {
    a2d({ model_type: "a2d-llama", vocab_size: readConfig(whole).maskTokenId, attention_bias: false });
    expect(() => readConfig(folder)).toThrow(
      /the mask token of .* has id \d+, but the embedding has \d+ rows/,
    );
  });
});

describe("a config.json of the Llama family", () => {
  const json = {
    ...{ model_type: "llama", vocab_size: 16, hidden_size: 12, num_hidden_layers: 1, num_attention_heads: 2 },
    ...{ num_key_value_heads: 1, intermediate_size: 8, rms_norm_eps: 1e-5, eos_token_id: 2 },
    ...{ tie_word_embeddings: true, max_position_embeddings: 64 },
  };
  const parse = (changes: Readonly<Record<string, unknown>>) =>
    parseConfig({ ...json, ...changes }, "config.json");

  it("has the base of its rotation under either spelling", () => {
    expect(parse({ rope_theta: 1e5 }).ropeTheta).toBe(1e5);
    expect(parse({ rope_parameters: { rope_theta: 1e5, rope_type: "default" } }).ropeTheta).toBe(1e5);
  });

  it("may give heads a width of their own, which shapes queries and outputs", () => {
    const shapes = parameterShapes(parse({ head_dim: 8 }));
    expect(shapes.get("model.layers.0.self_attn.q_proj.weight")).toEqual([16, 12]);
    expect(shapes.get("model.layers.0.self_attn.o_proj.weight")).toEqual([12, 16]);
    expect(parse({ head_dim: 6 }).headSize).toBeUndefined();
    expect(shapes.has("model.layers.0.self_attn.q_proj.bias")).toBe(false);
  });

  it("is a parent: causal, shifted, without a mask of its own", () => {
    expect(parse({})).toMatchObject({ shift: true, maskTokenId: 2 });
    expect(parse({ model_type: "qwen3", head_dim: 8 }).qkNorm).toBe(true);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["stretched positions", { rope_scaling: { rope_type: "llama3", factor: 8 } }],
    ["biases", { attention_bias: true }],
    ["biases in the feed-forward", { mlp_bias: true }],
    ["another activation", { hidden_act: "gelu" }],
    ["an odd width of heads", { head_dim: 7 }],
  ])("with %s is refused", (_, changes) => {
    expect(() => parse(changes)).toThrow(/config\.json/);
  });
});
