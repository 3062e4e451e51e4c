/**
 * The shape of a denoiser, read from and written to the config.json of a Hugging Face checkpoint folder.
 * Families: Dream (DiffuCoder too), LLaDA, dllm's a2d models, and the AR parents Qwen2, Qwen3 and Llama. They
 * are one architecture here; what differs is the shift of the logits, the biases, the norms of queries and
 * keys, and the names of the weights.
 */
import { UserError } from "../core/errors.js";
import type { JsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";
import { flag } from "../core/schema.js";
import { configReader, key, positive, size, type ConfigReader } from "./config-reader.js";
import { isLlamaLike, type LlamaLikeType } from "./llama-config.js";

export type ModelType = "Dream" | "qwen2" | "llada" | LlamaLikeType;

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
  /** width of one head where it is not D / H */
  readonly headSize?: number;
  /** every head's queries and keys have norms of their own, before their rotation (Qwen3) */
  readonly qkNorm?: boolean;
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
  /** every id that ends a completion, eosTokenId first; absent: the end and the padding id (`endTokensOf`) */
  readonly endTokenIds?: readonly number[];
}

/** Head width, D / H where the configuration does not say. */
export function headDim(config: DenoiserConfig): number {
  return config.headSize ?? config.hiddenSize / config.heads;
}

/** Whether this is an AR parent: it has causal attention and no mask, and decodes left to right only. */
export function isCausal({ modelType }: Pick<DenoiserConfig, "modelType">): boolean {
  return modelType === "qwen2" || modelType === "qwen3" || modelType === "llama";
}

/** Every id that ends a completion: decoded text is cut at the first of them. */
export function endTokensOf(config: DenoiserConfig): readonly number[] {
  return config.endTokenIds ?? [...new Set([config.eosTokenId, config.padTokenId])];
}

/**
 * Parse the content of a config.json. A key that is left out means what the family's public class takes it
 * for (Qwen2Config, DreamConfig, LLaDAConfig); sizes and the special ids that a tokenizer must share have to
 * be there. `unmask_shift: false` marks a Dream-type model without the shift (ours, trained from scratch);
 * everything else is as the public checkpoints have it.
 * @param file named in errors
 * @param generation content of generation_config.json:
 *   special ids that config.json lacks, further end tokens
 */
export function parseConfig(json: JsonObject, file: string, generation: JsonObject = {}): DenoiserConfig {
  const { model_type: modelType } = json;
  const read = configReader(json, file, generation);
  if (modelType === "llada") return checkConfig(parseLlada(json, read), file);
  if (modelType === "Dream" || modelType === "qwen2" || isLlamaLike(modelType))
    return checkConfig(parseTransformer(json, modelType, read), file);
  throw new UserError(
    `model: ${file} has model_type ${quote(modelType)}, which is not supported; use a checkpoint of ` +
      "type Dream, qwen2 or llada, or of a2d-qwen2, a2d-qwen3, a2d-llama, qwen3 and llama.",
  );
}

/** What Dream, Qwen and Llama call by the same names and take for the same. */
const transformerKeys = {
  vocabSize: key("vocab_size", size),
  hiddenSize: key("hidden_size", size),
  layers: key("num_hidden_layers", size),
  heads: key("num_attention_heads", size),
  intermediateSize: key("intermediate_size", size),
  rmsNormEps: key("rms_norm_eps", positive, 1e-6),
  tieWordEmbeddings: key("tie_word_embeddings", flag, false),
};
const qwenKeys = {
  kvHeads: key("num_key_value_heads", size, 32),
  maxPositions: key("max_position_embeddings", size, 32768),
};

/** @param json its `mask_token_id` is the tokenizer's, where `asksTokenizer` says so */
function parseTransformer(
  json: JsonObject,
  modelType: Exclude<ModelType, "llada">,
  read: ConfigReader,
): DenoiserConfig {
  const [isLlama, isQwen3] = [modelType.endsWith("llama"), modelType.endsWith("qwen3")];
  const isParent = isCausal({ modelType });
  const shared = read.all(transformerKeys);
  const { heads, hiddenSize } = shared;
  const llamaKeys = {
    kvHeads: key("num_key_value_heads", size, heads),
    maxPositions: key("max_position_embeddings", size, 2048),
  };
  const eosTokenId = read.id("eos_token_id");
  const padTokenId = read.id("pad_token_id", modelType === "Dream" ? 151643 : eosTokenId);
  const headSize = headSizeOf(hiddenSize / heads, modelType, read);
  read.only("hidden_act", ["silu"]);
  read.only("quantization_config", [null]);
  read.only("mlp_bias", [null, false]);
  // Left out, it is 4096 tokens in Qwen's classes; Llama's has none.
  if (isLlama ? json["sliding_window"] != null : json["sliding_window"] !== null)
    read.only("use_sliding_window", [null, false]);
  return {
    modelType,
    ...shared,
    ...read.all(isLlama ? llamaKeys : qwenKeys),
    ...(json["num_key_value_heads"] === null && { kvHeads: heads }),
    ...(headSize !== hiddenSize / heads && { headSize }),
    ...(isQwen3 && { qkNorm: true }),
    ropeTheta: read.ropeTheta(10000),
    qkvBias: biasOf(modelType, read),
    shift: modelType === "Dream" ? read.all({ shift: key("unmask_shift", flag, true) }).shift : isParent,
    // An AR parent has no mask token of its own; it is never masked, so the end token stands in.
    maskTokenId: read.id("mask_token_id", isParent ? eosTokenId : undefined),
    eosTokenId,
    padTokenId,
    endTokenIds: read.ends(padTokenId),
  };
}

/** Qwen3's code has heads of 128 where its config.json says nothing. */
function headSizeOf(usual: number, modelType: ModelType, read: ConfigReader): number {
  if (modelType === "Dream" || modelType === "qwen2") read.only("head_dim", [null, usual]);
  if (modelType.endsWith("qwen3")) return read.all({ width: key("head_dim", size, 128) }).width;
  return read.all({ width: key("head_dim", positive, usual) }).width;
}

/** Qwen2's code has them whatever is written; the others' would have one more. */
function biasOf(modelType: ModelType, read: ConfigReader): boolean {
  if (modelType === "a2d-qwen2") return true;
  if (modelType === "Dream" || modelType === "qwen2")
    return read.all({ bias: key("attention_bias", flag, true) }).bias;
  read.only("attention_bias", [null, false]);
  return false;
}

/**
 * What LLaDA's model code knows beside what its checkpoints use, and its default where that is not supported.
 */
const lladaOnly: readonly (readonly [key: string, supported: readonly unknown[], absent?: unknown])[] = [
  ["alibi", [false]],
  ["rope", [true], false],
  ["activation_type", ["silu"], "swiglu"],
  ["block_type", ["llama"], "sequential"],
  ["block_group_size", [1]],
  ["layer_norm_type", ["rms"], "default"],
  ["layer_norm_with_affine", [true]],
  ["bias_for_layer_norm", [false, null]],
  ["attention_layer_norm", [false]],
  ["input_emb_norm", [false]],
  ["scale_logits", [false]],
  ["include_bias", [false]],
  ["quantization_config", [null]],
];

const lladaKeys = {
  hiddenSize: key("d_model", size),
  layers: key("n_layers", size),
  heads: key("n_heads", size),
  rmsNormEps: key("rms_norm_eps", positive, 1e-5),
  qkvBias: key("include_qkv_bias", flag, false),
  tieWordEmbeddings: key("weight_tying", flag, true),
  maxPositions: key("max_sequence_length", size, 1024),
};

function parseLlada(json: JsonObject, read: ConfigReader): DenoiserConfig {
  for (const [name, supported, absent] of lladaOnly) read.only(name, supported, absent);
  const shared = read.all(lladaKeys);
  const eosTokenId = read.id("eos_token_id");
  const padTokenId = read.id("pad_token_id", 50256);
  const { ratio } = read.all({ ratio: key("mlp_ratio", size, 4) });
  const embedding =
    json["embedding_size"] === null ? key("vocab_size", size) : key("embedding_size", size, 50304);
  return {
    modelType: "llada",
    ...shared,
    ...read.all({
      vocabSize: embedding,
      kvHeads: key("n_kv_heads", size, json["multi_query_attention"] === true ? 1 : shared.heads),
      intermediateSize: key("mlp_hidden_size", size, shared.hiddenSize * ratio),
    }),
    ropeTheta: read.ropeTheta(10000),
    shift: false,
    maskTokenId: read.id("mask_token_id"),
    eosTokenId,
    padTokenId,
    endTokenIds: read.ends(padTokenId),
  };
}

/** @throws UserError when its numbers do not go together */
export function checkConfig(config: DenoiserConfig, file: string): DenoiserConfig {
  const { hiddenSize, heads, kvHeads, headSize, vocabSize } = config;
  const refuse = (what: string) => new UserError(`model: ${file} ${what}; correct config.json.`);
  if (headSize === undefined ? hiddenSize % (2 * heads) !== 0 : headSize % 2 !== 0)
    throw refuse(
      headSize === undefined
        ? `has width ${hiddenSize} and ${heads} heads; the width must be an even multiple of the heads`
        : `has heads of width ${headSize}; it must be even`,
    );
  if (heads % kvHeads !== 0)
    throw refuse(
      `has ${heads} heads and ${kvHeads} key/value heads; the first must be a multiple of the second`,
    );
  for (const id of [config.maskTokenId, config.padTokenId, ...endTokensOf(config)]) {
    if (id >= vocabSize)
      throw refuse(
        `or the generation_config.json beside it names the special token id ${id}, outside its ` +
          `vocabulary of ${vocabSize}`,
      );
  }
  return config;
}

/**
 * The config.json of a Dream checkpoint with this shape, as the public model code reads it. That code always
 * has biases on queries, keys and values: a model without them is stored with zeros (`saveCheckpoint`).
 */
export function toHuggingFace(config: DenoiserConfig): Record<string, unknown> {
  return {
    architectures: ["DreamModel"],
    auto_map: {
      AutoConfig: "configuration_dream.DreamConfig",
      AutoModel: "modeling_dream.DreamModel",
    },
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
    max_window_layers: config.layers,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    sliding_window: null,
    tie_word_embeddings: config.tieWordEmbeddings,
    torch_dtype: "bfloat16",
    use_cache: false,
    use_sliding_window: false,
    vocab_size: config.vocabSize,
    ...(config.shift ? {} : { unmask_shift: false }),
  };
}
