/**
 * The shape of a CodeFusion network (arXiv 2310.17680) and
 * its config.json, which is ours: no public code is known.
 */
import { UserError } from "../../core/errors.js";
import type { JsonObject } from "../../core/json-text.js";
import { choice, whole } from "../../core/schema.js";
import { readKeys, key, positive, size, type ValuesOf } from "../../model/config-reader.js";

/** What the denoiser's output means; the other of the two follows from it and the noised embeddings. */
export const predictions = ["start", "noise"] as const;

const keys = {
  /** V */
  vocabSize: key("vocab_size", size),
  /** P, padded on the left */
  promptLength: key("prompt_length", size),
  /** n, tokens of a program with its padding, all denoised at once */
  length: key("program_length", size),
  /** width D of the three stacks */
  hiddenSize: key("hidden_size", size),
  heads: key("num_attention_heads", size),
  intermediateSize: key("intermediate_size", size),
  /** width E of the embeddings that are noised */
  embeddingSize: key("embedding_size", size),
  encoderLayers: key("num_encoder_layers", size),
  denoiserLayers: key("num_denoiser_layers", size),
  decoderLayers: key("num_decoder_layers", size),
  /** T, denoising steps */
  steps: key("num_denoising_steps", size),
  /** fills a program up to `length`; text ends at the first one */
  padTokenId: key("pad_token_id", whole(0)),
  predicts: key("predicts", choice(predictions), predictions[0]),
  rmsNormEps: key("rms_norm_eps", positive, 1e-6),
  ropeTheta: key("rope_theta", positive, 10000),
};

export type FusionConfig = ValuesOf<typeof keys>;

const modelType = "codefusion";

/**
 * The content of a config.json.
 * @param file named in errors
 * @throws UserError for another kind of model, a value that cannot be, or sizes that do not fit each other
 */
export function parseFusionConfig(json: JsonObject, file: string): FusionConfig {
  if (json["model_type"] !== modelType)
    throw new UserError(
      `fusion: ${file} has model_type ${JSON.stringify(json["model_type"])}, ${modelType} is needed; ` +
        `name a checkpoint of the recipe ${modelType}.`,
    );
  const config = readKeys("fusion", json, file, keys);
  const { hiddenSize, heads, padTokenId, vocabSize } = config;
  if (hiddenSize % (2 * heads) !== 0)
    throw new UserError(
      `fusion: ${file} has width ${hiddenSize} and ${heads} heads; the width must be an even multiple ` +
        "of the heads, correct config.json.",
    );
  if (padTokenId >= vocabSize)
    throw new UserError(
      `fusion: ${file} has pad_token_id ${padTokenId} outside its vocabulary of ${vocabSize}; correct ` +
        "config.json.",
    );
  return config;
}

/** The config.json of this shape. */
export function fusionConfigJson(config: FusionConfig): Record<string, unknown> {
  return {
    model_type: modelType,
    ...Object.fromEntries(
      Object.entries(keys).map(([field, { name }]) => [name, config[field as keyof FusionConfig]]),
    ),
    torch_dtype: "bfloat16",
  };
}
