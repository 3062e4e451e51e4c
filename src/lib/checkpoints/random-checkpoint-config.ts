/** The shapes and families of random checkpoints, and the configuration files that each family ships. */
import { toHuggingFace, type DenoiserConfig } from "../model/config.js";
import type { SpecialToken } from "./random-tokenizer.js";

export const randomShapes = ["dream-7b", "qwen2.5-0.5b", "tiny"] as const;
export type RandomShape = (typeof randomShapes)[number];
export const randomFamilies = ["dream", "qwen2", "llada"] as const;
export type RandomFamily = (typeof randomFamilies)[number];

interface Shape {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly intermediateSize: number;
  /** rows of the embedding, a few more than tokens */
  readonly vocabSize: number;
  /** entries of the tokenizer before its special tokens */
  readonly spelledTokens: number;
}

const shapes: Readonly<Record<RandomShape, Shape>> = {
  // config.json of Dream-org/Dream-v0-Base-7B and apple/DiffuCoder-7B-Base
  "dream-7b": {
    layers: 28,
    hiddenSize: 3584,
    heads: 28,
    kvHeads: 4,
    intermediateSize: 18944,
    vocabSize: 152064,
    spelledTokens: 151643,
  },
  // config.json of Qwen/Qwen2.5-Coder-0.5B
  "qwen2.5-0.5b": {
    layers: 24,
    hiddenSize: 896,
    heads: 14,
    kvHeads: 2,
    intermediateSize: 4864,
    vocabSize: 151936,
    spelledTokens: 151643,
  },
  tiny: {
    layers: 2,
    hiddenSize: 64,
    heads: 4,
    kvHeads: 2,
    intermediateSize: 160,
    vocabSize: 416,
    spelledTokens: 380,
  },
};

/** What stands for a family beside its weights. */
export interface FamilyFiles {
  readonly config: DenoiserConfig;
  /** content of config.json and generation_config.json */
  readonly configJson: Readonly<Record<string, unknown>>;
  readonly generationJson: Readonly<Record<string, unknown>>;
  readonly spelledTokens: number;
  readonly specials: readonly SpecialToken[];
  /** entries of tokenizer_config.json: the named tokens and the chat template */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** vocab.json, merges.txt and added_tokens.json instead of tokenizer.json */
  readonly slowTokenizer: boolean;
}

/**
 * @param tied whether the embedding is the head too; by default
 *   as the family ships: Qwen2.5's small models are, the others not
 */
export function familyFiles(
  family: RandomFamily,
  shape: RandomShape,
  tied = family === "qwen2",
): FamilyFiles {
  return { dream: dreamFiles, qwen2: qwen2Files, llada: lladaFiles }[family](shapes[shape], tied);
}

/** Qwen2.5's special tokens in the order of their ids; tools and fill-in-the-middle count as text. */
const qwenSpecials: readonly SpecialToken[] = [
  ...["endoftext", "im_start", "im_end", "object_ref_start", "object_ref_end", "box_start", "box_end"],
  ...["quad_start", "quad_end", "vision_start", "vision_end", "vision_pad", "image_pad", "video_pad"],
]
  .map((name): SpecialToken => ({ content: `<|${name}|>`, special: true }))
  .concat(
    ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>"].map(
      content => ({ content, special: false }),
    ),
    ["<|repo_name|>", "<|file_sep|>"].map(content => ({ content, special: false })),
  );

/** ChatML with a system message for conversations that have none. */
function chatMl(system: string): string {
  return [
    "{%- if messages[0]['role'] != 'system' %}",
    `    {{- '<|im_start|>system\\n${system}<|im_end|>\\n' }}`,
    "{%- endif %}",
    "{%- for message in messages %}",
    "    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}",
    "{%- endfor %}",
    "{%- if add_generation_prompt %}",
    "    {{- '<|im_start|>assistant\\n' }}",
    "{%- endif %}",
    "",
  ].join("\n");
}

/** LLaDA's turns: a header with the role, the trimmed text, an end mark; the first opened by bos_token. */
const headedTurns = [
  "{% for message in messages %}",
  "{% set turn = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + " +
    "message['content'] | trim + '<|eot_id|>' %}",
  "{% if loop.first %}{% set turn = bos_token + turn %}{% endif %}",
  "{{ turn }}",
  "{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
].join("");

function baseConfig(s: Shape): Omit<DenoiserConfig, "modelType" | "maskTokenId" | "tieWordEmbeddings"> {
  const { layers, hiddenSize, heads, kvHeads, intermediateSize, vocabSize, spelledTokens } = s;
  return {
    ...{ layers, hiddenSize, heads, kvHeads, intermediateSize, vocabSize },
    rmsNormEps: 1e-6,
    ropeTheta: 1e6,
    qkvBias: true,
    shift: true,
    eosTokenId: spelledTokens,
    padTokenId: spelledTokens,
    maxPositions: 32768,
  };
}

function dreamFiles(s: Shape, tied: boolean): FamilyFiles {
  const specials = [
    ...qwenSpecials,
    ...["<|beginoftext|>", "<|mask|>"].map(content => ({ content, special: true })),
  ];
  const [eos, bos, mask] = ["<|endoftext|>", "<|beginoftext|>", "<|mask|>"];
  const maskTokenId = s.spelledTokens + specials.length - 1;
  const config = { ...baseConfig(s), modelType: "Dream", maskTokenId, tieWordEmbeddings: tied } as const;
  const ids = { bos_token_id: s.spelledTokens, eos_token_id: s.spelledTokens, pad_token_id: s.spelledTokens };
  return {
    config,
    configJson: toHuggingFace(config),
    generationJson: { _from_model_config: true, ...ids, mask_token_id: maskTokenId },
    spelledTokens: s.spelledTokens,
    specials,
    tokenizerConfig: {
      tokenizer_class: "DreamTokenizer",
      auto_map: { AutoTokenizer: ["tokenization_dream.DreamTokenizer", null] },
      ...{ bos_token: bos, eos_token: eos, pad_token: eos, mask_token: mask, unk_token: null },
      chat_template: chatMl("You are a helpful assistant."),
    },
    slowTokenizer: true,
  };
}

function qwen2Files(s: Shape, tied: boolean): FamilyFiles {
  // An AR parent: no mask token, and its instruct form ends at <|im_end|> too.
  const [endOfText, endOfTurn] = [s.spelledTokens, s.spelledTokens + 2];
  const config = {
    ...baseConfig(s),
    modelType: "qwen2",
    maskTokenId: endOfTurn,
    eosTokenId: endOfTurn,
    tieWordEmbeddings: tied,
  } as const;
  return {
    config,
    configJson: {
      architectures: ["Qwen2ForCausalLM"],
      model_type: "qwen2",
      attention_dropout: 0,
      bos_token_id: endOfText,
      eos_token_id: endOfTurn,
      hidden_act: "silu",
      hidden_size: s.hiddenSize,
      initializer_range: 0.02,
      intermediate_size: s.intermediateSize,
      max_position_embeddings: config.maxPositions,
      max_window_layers: s.layers,
      num_attention_heads: s.heads,
      num_hidden_layers: s.layers,
      num_key_value_heads: s.kvHeads,
      rms_norm_eps: config.rmsNormEps,
      rope_theta: config.ropeTheta,
      sliding_window: 32768,
      tie_word_embeddings: tied,
      torch_dtype: "bfloat16",
      use_cache: true,
      use_sliding_window: false,
      vocab_size: s.vocabSize,
    },
    generationJson: {
      bos_token_id: endOfText,
      pad_token_id: endOfText,
      do_sample: true,
      eos_token_id: [endOfTurn, endOfText],
      temperature: 0.7,
      top_p: 0.8,
      top_k: 20,
    },
    spelledTokens: s.spelledTokens,
    specials: qwenSpecials,
    tokenizerConfig: {
      tokenizer_class: "Qwen2Tokenizer",
      ...{ bos_token: null, eos_token: "<|im_end|>", pad_token: "<|endoftext|>", unk_token: null },
      chat_template: chatMl("You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
    },
    slowTokenizer: false,
  };
}

function lladaFiles(s: Shape, tied: boolean): FamilyFiles {
  const specials = ["startoftext", "endoftext", "mdm_mask", "start_header_id", "end_header_id", "eot_id"];
  const [eosTokenId, maskTokenId] = [s.spelledTokens + 1, s.spelledTokens + 2];
  const config = {
    ...baseConfig(s),
    modelType: "llada",
    ...{ kvHeads: s.heads, rmsNormEps: 1e-5, ropeTheta: 500000, qkvBias: false },
    ...{ tieWordEmbeddings: tied, shift: false, eosTokenId, padTokenId: eosTokenId, maskTokenId },
  } as const;
  return {
    config,
    configJson: {
      architectures: ["LLaDAModelLM"],
      model_type: "llada",
      ...{ activation_type: "silu", alibi: false, attention_layer_norm: false, bias_for_layer_norm: false },
      ...{ block_group_size: 1, block_type: "llama", include_bias: false, include_qkv_bias: false },
      ...{ input_emb_norm: false, layer_norm_type: "rms", layer_norm_with_affine: true, rope: true },
      ...{ scale_logits: false, multi_query_attention: null, weight_tying: tied, mlp_ratio: 4 },
      d_model: s.hiddenSize,
      embedding_size: s.vocabSize,
      eos_token_id: eosTokenId,
      mask_token_id: maskTokenId,
      max_sequence_length: 4096,
      mlp_hidden_size: s.intermediateSize,
      n_heads: s.heads,
      n_kv_heads: s.heads,
      n_layers: s.layers,
      pad_token_id: eosTokenId,
      rms_norm_eps: config.rmsNormEps,
      rope_theta: config.ropeTheta,
      vocab_size: s.vocabSize,
    },
    generationJson: { eos_token_id: eosTokenId, pad_token_id: eosTokenId },
    spelledTokens: s.spelledTokens,
    specials: specials.map(name => ({ content: `<|${name}|>`, special: true })),
    tokenizerConfig: {
      tokenizer_class: "PreTrainedTokenizerFast",
      ...{ bos_token: "<|startoftext|>", eos_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
      chat_template: headedTurns,
    },
    slowTokenizer: false,
  };
}
