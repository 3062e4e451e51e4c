/**
 * config.json of the Llama family: Llama and SmolLM2, Qwen3, and what dllm makes of AR models by masked
 * diffusion (a2d). An a2d model keeps its parent's names and sizes; it attends to everything and is not
 * shifted, and its mask token is known to its tokenizer only.
 */
import { UserError } from "../core/errors.js";
import { kvHeadsOf, type ConfigReader, type Json } from "./config-reader.js";

const types = ["llama", "qwen3", "a2d-qwen2", "a2d-qwen3", "a2d-llama"] as const;
export type LlamaLikeType = (typeof types)[number];

export function isLlamaLike(modelType: unknown): modelType is LlamaLikeType {
  return (types as readonly unknown[]).includes(modelType);
}

/** Whether the mask token, and with it the padding, is told by the tokenizer and not by config.json. */
export function asksTokenizer(modelType: unknown): boolean {
  return isLlamaLike(modelType) && modelType.startsWith("a2d-");
}

/** @param json its `mask_token_id` is the tokenizer's, where `asksTokenizer` says so */
export function parseLlamaLike(json: Json, modelType: LlamaLikeType, read: ConfigReader) {
  const isQwen = modelType.includes("qwen");
  const hasBias = modelType === "a2d-qwen2";
  read.only("hidden_act", ["silu"]);
  read.only("quantization_config", [null]);
  checkScaling(json, read);
  read.only("mlp_bias", [null, false]);
  // Qwen2 has biases whatever is written there; the others would have one on the output projection too.
  if (!hasBias) read.only("attention_bias", [null, false]);
  if (json["sliding_window"] != null) read.only("use_sliding_window", [null, false]);
  const heads = read.count("num_attention_heads");
  const hiddenSize = read.count("hidden_size");
  // Qwen3's code has heads of 128 where its config.json says nothing.
  const headSize =
    json["head_dim"] == null && !modelType.includes("qwen3")
      ? hiddenSize / heads
      : read.count("head_dim", 128);
  const eosTokenId = read.id("eos_token_id");
  const padTokenId = read.id("pad_token_id", eosTokenId);
  const isParent = !asksTokenizer(modelType);
  return {
    modelType,
    vocabSize: read.count("vocab_size"),
    hiddenSize,
    layers: read.count("num_hidden_layers"),
    heads,
    kvHeads: isQwen ? kvHeadsOf(json, heads, read) : read.count("num_key_value_heads", heads),
    ...(headSize !== hiddenSize / heads && { headSize }),
    ...(modelType.includes("qwen3") && { qkNorm: true }),
    intermediateSize: read.count("intermediate_size"),
    rmsNormEps: read.positive("rms_norm_eps", 1e-6),
    ropeTheta: read.ropeTheta(10000),
    qkvBias: hasBias,
    tieWordEmbeddings: read.flag("tie_word_embeddings", false),
    // A parent's state at i - 1 predicts the token at i, masked or not.
    shift: isParent,
    maskTokenId: read.id("mask_token_id", isParent ? eosTokenId : undefined),
    eosTokenId,
    padTokenId,
    maxPositions: read.count("max_position_embeddings", isQwen ? 32768 : 2048),
    endTokenIds: read.ends(padTokenId),
  };
}

/** Positions that are stretched in some way would give other numbers without a word. */
function checkScaling(json: Json, read: ConfigReader): void {
  const scaling = json["rope_scaling"];
  const type = (scaling as Json | null | undefined)?.["rope_type"] ?? (scaling as Json | null)?.["type"];
  if (type !== "default") read.only("rope_scaling", [null]);
}

/**
 * The sentence for a mask beyond the embedding, as where it was added to a vocabulary without unused rows.
 */
export function maskOutside(where: string, maskTokenId: number, rows: number): UserError {
  return new UserError(
    `model: the mask token of ${where} has id ${maskTokenId}, but the embedding has ${rows} rows, so ` +
      "the model cannot read it; use a checkpoint whose embedding has a row for it.",
  );
}
