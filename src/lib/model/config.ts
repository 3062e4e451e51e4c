/**
 * The shape of a denoiser, read from and written to the config.json of a Hugging Face checkpoint folder.
 * Families: Dream (DiffuCoder too), Qwen2 (the AR parents) and LLaDA. They are one architecture here; what
 * differs is the shift of the logits, the biases and the names of the weights.
 */
import { UserError } from "../core/errors.js";

export type ModelType = "Dream" | "qwen2" | "llada";

export interface DenoiserConfig {
  readonly modelType: ModelType;
  readonly vocabSize: number;
  /** width D */
  readonly hiddenSize: number;
  readonly layers: number;
  /** query heads H */
  readonly heads: number;
  /** key/value heads K; H is a multiple of K */
  readonly kvHeads: number;
  readonly intermediateSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly qkvBias: boolean;
  readonly tieWordEmbeddings: boolean;
  /** true when the hidden state at i-1 predicts the token at i (models adapted from AR: Dream, DiffuCoder) */
  readonly shift: boolean;
  readonly maskTokenId: number;
  readonly eosTokenId: number;
  readonly padTokenId: number;
  readonly maxPositions: number;
}

/** Head width, D / H. */
export function headDim(config: DenoiserConfig): number {
  return config.hiddenSize / config.heads;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Parse the content of a config.json. `unmask_shift: false` marks a Dream-type model without the shift (ours,
 * trained from scratch); everything else is as the public checkpoints have it.
 * @param file named in errors
 */
export function parseConfig(json: Json, file: string): DenoiserConfig {
  const modelType = json["model_type"];
  if (modelType === "llada") return checked(parseLlada(json, file), file);
  if (modelType === "Dream" || modelType === "qwen2")
    return checked(parseQwenLike(json, modelType, file), file);
  throw new UserError(
    `model: ${file} has model_type ${JSON.stringify(modelType)}, which is not supported; use a checkpoint of type Dream, qwen2 or llada.`,
  );
}

function parseQwenLike(json: Json, modelType: "Dream" | "qwen2", file: string): DenoiserConfig {
  const read = reader(json, file);
  const act = json["hidden_act"] ?? "silu";
  if (act !== "silu")
    throw new UserError(`model: ${file} has hidden_act ${JSON.stringify(act)}; only "silu" is supported.`);
  if (json["rope_scaling"])
    throw new UserError(
      `model: ${file} sets rope_scaling, which is not supported; use a checkpoint without it.`,
    );
  const eosTokenId = read.id("eos_token_id", undefined);
  return {
    modelType,
    vocabSize: read.count("vocab_size"),
    hiddenSize: read.count("hidden_size"),
    layers: read.count("num_hidden_layers"),
    heads: read.count("num_attention_heads"),
    kvHeads: read.count("num_key_value_heads", read.count("num_attention_heads")),
    intermediateSize: read.count("intermediate_size"),
    rmsNormEps: read.positive("rms_norm_eps", 1e-6),
    ropeTheta: read.positive("rope_theta", 1e6),
    qkvBias: json["attention_bias"] !== false,
    tieWordEmbeddings: json["tie_word_embeddings"] === true,
    shift: json["unmask_shift"] !== false,
    // An AR parent has no mask token of its own; it is never masked, so the end token stands in.
    maskTokenId: read.id("mask_token_id", modelType === "qwen2" ? eosTokenId : undefined),
    eosTokenId,
    padTokenId: read.id("pad_token_id", eosTokenId),
    maxPositions: read.count("max_position_embeddings", 32768),
  };
}

function parseLlada(json: Json, file: string): DenoiserConfig {
  const read = reader(json, file);
  const heads = read.count("n_heads");
  const eosTokenId = read.id("eos_token_id", undefined);
  return {
    modelType: "llada",
    vocabSize: read.count("embedding_size", read.count("vocab_size")),
    hiddenSize: read.count("d_model"),
    layers: read.count("n_layers"),
    heads,
    kvHeads: read.count("n_kv_heads", heads),
    intermediateSize: read.count("mlp_hidden_size"),
    rmsNormEps: read.positive("rms_norm_eps", 1e-5),
    ropeTheta: read.positive("rope_theta", 10000),
    qkvBias: json["include_qkv_bias"] === true || json["include_bias"] === true,
    tieWordEmbeddings: json["weight_tying"] === true,
    shift: false,
    maskTokenId: read.id("mask_token_id", undefined),
    eosTokenId,
    padTokenId: read.id("pad_token_id", eosTokenId),
    maxPositions: read.count("max_sequence_length", 4096),
  };
}

function reader(json: Json, file: string) {
  const number = (key: string, fallback: number | undefined): number => {
    const value = json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new UserError(
        `model: ${file} has ${key}=${JSON.stringify(json[key])}; a number is needed there.`,
      );
    }
    return value;
  };
  const count = (key: string, fallback?: number): number => {
    const value = number(key, fallback);
    if (!Number.isInteger(value) || value < 1 || value > 1e7) {
      throw new UserError(
        `model: ${file} has ${key}=${value}; a whole number from 1 to 10,000,000 is needed there.`,
      );
    }
    return value;
  };
  const positive = (key: string, fallback: number): number => {
    const value = number(key, fallback);
    if (value <= 0)
      throw new UserError(`model: ${file} has ${key}=${value}; a positive number is needed there.`);
    return value;
  };
  return { count, positive, id: (key: string, fallback: number | undefined) => number(key, fallback) };
}

function checked(config: DenoiserConfig, file: string): DenoiserConfig {
  const { hiddenSize, heads, kvHeads, vocabSize } = config;
  if (hiddenSize % heads !== 0 || (hiddenSize / heads) % 2 !== 0) {
    throw new UserError(
      `model: ${file} has width ${hiddenSize} and ${heads} heads; the width must be an even multiple of the heads.`,
    );
  }
  if (heads % kvHeads !== 0) {
    throw new UserError(
      `model: ${file} has ${heads} heads and ${kvHeads} key/value heads; the first must be a multiple of the second.`,
    );
  }
  for (const id of [config.maskTokenId, config.eosTokenId, config.padTokenId]) {
    if (!Number.isInteger(id) || id < 0 || id >= vocabSize) {
      throw new UserError(
        `model: ${file} names the special token id ${id}, outside its vocabulary of ${vocabSize}; correct config.json.`,
      );
    }
  }
  return config;
}

/** The config.json of a Dream checkpoint with this shape, as the public model code reads it. */
export function toHuggingFace(config: DenoiserConfig): Record<string, unknown> {
  return {
    architectures: ["DreamModel"],
    model_type: "Dream",
    attention_dropout: 0,
    bos_token_id: config.eosTokenId,
    eos_token_id: config.eosTokenId,
    pad_token_id: config.padTokenId,
    mask_token_id: config.maskTokenId,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieWordEmbeddings,
    torch_dtype: "bfloat16",
    use_cache: false,
    use_sliding_window: false,
    vocab_size: config.vocabSize,
    ...(config.shift ? {} : { unmask_shift: false }),
  };
}
