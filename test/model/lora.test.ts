/**
 * Adapters in PEFT's layout on a small random base: merged,
 * applied, as a checkpoint, and broken. (Numbers: reference data.)
 */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { loadDenoiser, readConfig, readParameters } from "../../src/lib/checkpoints/checkpoint.js";
import { applyAdapter } from "../../src/lib/model/lora.js";
import { baseOf, readAdapter, saveAdapter } from "../../src/lib/checkpoints/adapter-files.js";
import { publicCheckpoint } from "../../src/lib/checkpoints/public-models.js";
import { writeSafetensors } from "../../src/lib/checkpoints/safetensors-file.js";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { loadModel } from "../../src/lib/checkpoints/load-model.js";
import { writeRandomCheckpoint } from "../../src/lib/checkpoints/random-checkpoint.js";

const root = mkdtempSync(join(tmpdir(), "unmask-lora-"));
const [base, folder] = [join(root, "base"), join(root, "adapter")];
beforeAll(async () => {
  await useBackend();
  writeRandomCheckpoint(base, { shape: "tiny", family: "dream", seed: 1, shards: 1, tied: true });
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

const attention = "base_model.model.model.layers.0.self_attn";

function writeAdapter(
  changes: Readonly<Record<string, unknown>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): void {
  const config = { peft_type: "LORA", r: 2, lora_alpha: 4, bias: "none", base_model_name_or_path: "../base" };
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify({ ...config, ...changes }));
  const tensors = Object.entries(shapes).map(([name, shape], k) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i + 100 * k) / 5);
    return [name, { dtype: "F32", shape, values }] as const;
  });
  writeSafetensors(join(folder, "adapter_model.safetensors"), new Map(tensors));
}

/** A and B of the first layer's queries. */
function lowRank(rank = 2): Record<string, readonly number[]> {
  const { hiddenSize: d } = readConfig(base);
  return {
    [`${attention}.q_proj.lora_A.weight`]: [rank, d],
    [`${attention}.q_proj.lora_B.weight`]: [d, rank],
  };
}

function said(): string {
  const tensors = tf.memory().numTensors;
  try {
    readAdapter(folder, readConfig(base));
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).toContain(folder);
    expect(message).not.toContain("\n");
    expect(tf.memory().numTensors).toBe(tensors);
    return message;
  }
  throw new Error("nothing was said");
}

describe("an adapter", () => {
  it("named as a checkpoint is its base with it, tokenizer included", () => {
    writeAdapter({}, lowRank());
    const model = loadModel(folder);
    const config = readConfig(base);
    const own = readParameters(base, config);
    const adapter = readAdapter(folder, config);
    const name = "model.layers.0.self_attn.q_proj.weight";
    const expected = tf.tidy(() => (applyAdapter(own, adapter).get(name) as tf.Tensor).dataSync<"float32">());
    expect(model.denoiser.parameters.get(name)?.dataSync<"float32">()).toEqual(expected);
    expect(expected).not.toEqual(own.get(name)?.dataSync<"float32">());
    expect(model.denoiser.parameters.size).toBe(own.size);
    model.denoiser.dispose();
    tf.dispose([...own.values(), ...adapter.tensors.values()]);
  });

  it(
    "changes W by scale B A: alpha over the rank, over its root where rank-stabilised, by pattern " +
      "where one matches",
    () => {
      const scaleOf = (changes: Readonly<Record<string, unknown>>, rank = 2) => {
        writeAdapter(changes, lowRank(rank));
        const { changes: list, tensors } = readAdapter(folder, readConfig(base));
        tf.dispose([...tensors.values()]);
        return list.map(change => (change.kind === "low-rank" ? change.scale : NaN));
      };
      expect(scaleOf({})).toEqual([2]);
      expect(scaleOf({ use_rslora: true })).toEqual([4 / Math.SQRT2]);
      expect(
        scaleOf({ rank_pattern: { q_proj: 4 }, alpha_pattern: { "layers.0.self_attn.q_proj": 12 } }, 4),
      ).toEqual([3]);
      // A pattern is the end of a path, from a dot on.
      expect(scaleOf({ alpha_pattern: { proj: 12 } })).toEqual([2]);
    },
  );

  it("with a head of its own unties it from the embedding, which stays the base's", () => {
    const { hiddenSize: d, vocabSize: v } = readConfig(base);
    writeAdapter({ modules_to_save: ["lm_head"] }, { "base_model.model.lm_head.weight": [v, d] });
    const denoiser = loadDenoiser(folder);
    expect(denoiser.config.tieWordEmbeddings).toBe(false);
    const [head, table] = ["lm_head.weight", "model.embed_tokens.weight"].map(name =>
      denoiser.parameters.get(name),
    );
    expect(head?.dataSync()[0]).toBeCloseTo(Math.sin(1) / 5, 6);
    expect(table?.dataSync()[0]).not.toBeCloseTo(Math.sin(1) / 5, 6);
    denoiser.dispose();
  });

  it("of trained tokens replaces those rows of the embedding and no others", () => {
    const { hiddenSize: d } = readConfig(base);
    const delta = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta";
    writeAdapter({ trainable_token_indices: [5, 2] }, { [delta]: [2, d] });
    const [own, merged] = [base, folder].map(path => loadDenoiser(path));
    const rows = [own, merged].map(
      ({ parameters }) => parameters.get("model.embed_tokens.weight")?.dataSync<"float32">() ?? [],
    );
    const changed = Array.from({ length: rows[0].length / d }, (_, row) => row).filter(row =>
      rows[0].slice(row * d, (row + 1) * d).some((x, i) => x !== rows[1][row * d + i]),
    );
    expect(changed).toEqual([2, 5]);
    expect(rows[1][5 * d]).toBeCloseTo(Math.sin(1) / 5, 6);
    own.dispose();
    merged.dispose();
  });
});

it("an adapter may name a public model as its base: the copy that was fetched, or how to fetch it", () => {
  const outcome = (work: () => string) => {
    try {
      return work();
    } catch (error) {
      expect((error as UserError).message).toMatch(/smollm2 is not here yet; fetch it with npm run models/);
      return (error as UserError).message;
    }
  };
  writeAdapter({ base_model_name_or_path: "HuggingFaceTB/SmolLM2-135M-Instruct" }, lowRank());
  expect(outcome(() => baseOf(folder))).toBe(outcome(() => publicCheckpoint("smollm2")));
});

describe("an adapter that is saved", () => {
  it("reads back as it was, for every kind of change", () => {
    const { hiddenSize: d } = readConfig(base);
    const delta = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta";
    const more = { [delta]: [2, d], "base_model.model.model.norm.weight": [d] };
    const patterns = { rank_pattern: { q_proj: 3 }, alpha_pattern: { q_proj: 9 }, use_rslora: true };
    writeAdapter(
      { ...patterns, trainable_token_indices: { embed_tokens: [5, 2] } },
      { ...lowRank(3), ...more },
    );
    const adapter = readAdapter(folder, readConfig(base));
    const again = join(root, "again");
    saveAdapter(again, adapter, "../base");
    const { config, changes, tensors } = readAdapter(again, readConfig(base));
    expect(changes).toEqual(adapter.changes);
    expect({ ...config, file: "" }).toEqual({ ...adapter.config, file: "" });
    for (const [name, tensor] of tensors)
      expect(tensor.dataSync()).toEqual(adapter.tensors.get(name)?.dataSync());
    expect(baseOf(again)).toBe(base);
    tf.dispose([...tensors.values(), ...adapter.tensors.values()]);
  });
});

describe("a broken adapter is refused in one sentence, before a tensor is made", () => {
  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["another method", { peft_type: "IA3" }, /is of peft_type "IA3"; use an adapter of type LORA/],
    ["trained biases", { bias: "all" }, /trains biases \(bias="all"\)/],
    [
      "a field that is not known and set",
      { layer_replication: [[0, 4]] },
      /sets layer_replication to \[\[0,4\]\]/,
    ],
    ["weights the other way round", { fan_in_fan_out: true }, /sets fan_in_fan_out to true/],
    ["a rank of 0", { r: 0 }, /r=0 is no positive whole number; give one from 1 on/],
    [
      "another rank than its tensors'",
      { r: 3 },
      /lora_A\.weight of shape \[2, \d+\] where \[3, \d+\] is needed/,
    ],
    ["a magnitude that is missing", { use_dora: true }, /has no magnitude for .*q_proj\.weight/],
    ["a pattern that is no pattern", { rank_pattern: { "q(": 2 } }, /a regular expression for each name/],
  ])("%s", (_, changes, message) => {
    writeAdapter(changes, lowRank());
    expect(said()).toMatch(message);
  });

  it("fields that are null or that only training reads are no reason", () => {
    writeAdapter(
      { megatron_core: "megatron.core", arrow_config: null, lora_dropout: 0.1, use_qalora: false },
      lowRank(),
    );
    tf.dispose([...readAdapter(folder, readConfig(base)).tensors.values()]);
  });

  it.each<[string, (d: number) => Readonly<Record<string, readonly number[]>>, RegExp]>([
    ["A without B", d => ({ [`${attention}.q_proj.lora_A.weight`]: [2, d] }), /without what belongs to it/],
    [
      "a module that the base has not",
      d => ({ [`${attention}.x_proj.lora_A.weight`]: [2, d] }),
      /for which the base has no module/,
    ],
    [
      "a layer that the base has not",
      d => ({ "base_model.model.model.layers.77.mlp.up_proj.lora_A.weight": [2, d] }),
      /has no module/,
    ],
    [
      "a tensor of another kind",
      d => ({ [`${attention}.q_proj.vera_lambda`]: [d] }),
      /is no part of a LoRA adapter/,
    ],
    [
      "a copy of another shape",
      () => ({ "base_model.model.model.norm.weight": [3] }),
      /of shape \[3\] where/,
    ],
    ["nothing at all", () => ({}), /holds no tensors/],
  ])("%s", (_, shapes, message) => {
    writeAdapter({}, shapes(readConfig(base).hiddenSize));
    expect(said()).toMatch(message);
  });

  it("a trained token that the base has not", () => {
    const { hiddenSize: d } = readConfig(base);
    const delta = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta";
    writeAdapter({ trainable_token_indices: { embed_tokens: [1, 9999999] } }, { [delta]: [2, d] });
    expect(said()).toMatch(/trains token 9999999, but the base has \d+ rows/);
  });

  it("a file that is cut off, and a base that is not there", () => {
    writeAdapter({}, lowRank());
    truncateSync(join(folder, "adapter_model.safetensors"), 300);
    expect(said()).toMatch(/adapter_model\.safetensors/);
    writeAdapter({ base_model_name_or_path: "owner/a-model-of-the-hub" }, lowRank());
    expect(() => readConfig(folder)).toThrow(
      /names the base "owner\/a-model-of-the-hub", which is no folder here/,
    );
  });
});
