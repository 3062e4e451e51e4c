/**
 * A key that config.json leaves out means what the family's public class takes it for: transformers 5.24.0's
 * Qwen2Config, Qwen3Config and LlamaConfig, which dllm's a2d classes extend, and the configuration files
 * beside the weights of Dream and LLaDA. Sizes and special ids are never guessed.
 */
import { describe, expect, it } from "vitest";
import { parseConfig, type DenoiserConfig } from "../../src/lib/model/config.js";

const sizes = {
  vocab_size: 1000,
  hidden_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 64,
  intermediate_size: 256,
};
const ids = { eos_token_id: 1, pad_token_id: 2, mask_token_id: 3 };
const lladaSizes = { d_model: 512, n_layers: 2, n_heads: 64, vocab_size: 1000, embedding_size: 1000 };
/** What LLaDA's class takes for other than its checkpoints have, so that a file has to say it. */
const lladaKind = { rope: true, activation_type: "silu", block_type: "llama", layer_norm_type: "rms" };

const parsed = (json: object) => parseConfig({ ...ids, ...json }, "config.json");

const transformer = { rmsNormEps: 1e-6, ropeTheta: 10_000, tieWordEmbeddings: false };
const qwen = { ...transformer, kvHeads: 32, maxPositions: 32_768 };

describe("what is left out is what the public class has", () => {
  it.each<[string, object, Partial<DenoiserConfig>]>([
    ["Qwen2Config", { model_type: "qwen2", ...sizes }, { ...qwen, qkvBias: true }],
    ["DreamConfig", { model_type: "Dream", ...sizes }, { ...qwen, qkvBias: true, shift: true }],
    [
      "Qwen3Config",
      { model_type: "qwen3", ...sizes },
      { ...qwen, headSize: 128, qkNorm: true, qkvBias: false },
    ],
    ["A2DQwen2Config", { model_type: "a2d-qwen2", ...sizes }, { ...qwen, qkvBias: true, shift: false }],
    ["A2DQwen3Config", { model_type: "a2d-qwen3", ...sizes }, { ...qwen, headSize: 128, shift: false }],
    ["LlamaConfig", { model_type: "llama", ...sizes }, { ...transformer, kvHeads: 64, maxPositions: 2048 }],
    [
      "A2DLlamaConfig",
      { model_type: "a2d-llama", ...sizes },
      { ...transformer, kvHeads: 64, maxPositions: 2048 },
    ],
    [
      "LLaDAConfig",
      { model_type: "llada", ...lladaSizes, ...lladaKind },
      {
        ...{ rmsNormEps: 1e-5, ropeTheta: 10_000, tieWordEmbeddings: true, kvHeads: 64 },
        ...{ maxPositions: 1024, intermediateSize: 4 * 512, qkvBias: false, shift: false },
      },
    ],
  ])("%s", (_, json, expected) => {
    expect(parsed(json)).toMatchObject(expected);
  });

  it(
    "null is none: of key/value heads as many as heads, of LLaDA's embedding as large as the " + "vocabulary",
    () => {
      for (const model_type of ["qwen2", "Dream", "qwen3", "llama"])
        expect(parsed({ model_type, ...sizes, num_key_value_heads: null }).kvHeads).toBe(64);
      const llada = {
        model_type: "llada",
        ...lladaSizes,
        ...lladaKind,
        embedding_size: null,
        n_kv_heads: null,
      };
      expect(parsed(llada)).toMatchObject({ vocabSize: 1000, kvHeads: 64 });
    },
  );

  it("LLaDA's embedding is that of its class, 50304, where the file does not name it", () => {
    const { embedding_size: _, ...rest } = lladaSizes;
    expect(parsed({ model_type: "llada", ...rest, ...lladaKind }).vocabSize).toBe(50_304);
  });

  it.each(Object.keys(lladaKind))(
    "LLaDA without %s is another model, and refused with what its class takes",
    key => {
      const kind = Object.fromEntries(Object.entries(lladaKind).filter(([name]) => name !== key));
      expect(() => parsed({ model_type: "llada", ...lladaSizes, ...kind })).toThrow(
        new RegExp(`leaves out ${key}, which the public class then takes as`),
      );
    },
  );

  it("whether embeddings are tied is true or false, and no other word", () => {
    for (const model_type of ["qwen2", "Dream", "qwen3", "llama"])
      expect(() => parsed({ model_type, ...sizes, tie_word_embeddings: "true" })).toThrow(
        /tie_word_embeddings="true" is neither true nor false/,
      );
  });
});

describe("never guessed, whatever a class has", () => {
  it.each(Object.keys(sizes))("%s", key => {
    const rest = Object.fromEntries(Object.entries(sizes).filter(([name]) => name !== key));
    expect(() => parsed({ model_type: "Dream", ...rest })).toThrow(new RegExp(`has no ${key}`));
  });

  it("the mask token and the end token", () => {
    for (const key of ["mask_token_id", "eos_token_id"] as const) {
      const { [key]: _, ...rest } = ids;
      const json = { model_type: "Dream", ...sizes, ...rest };
      expect(() => parseConfig(json, "config.json")).toThrow(new RegExp(`names ${key}; add the id`));
    }
  });
});
