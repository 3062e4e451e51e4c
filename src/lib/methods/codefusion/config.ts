/**
 * The shape of a CodeFusion network (arXiv 2310.17680) and
 * its config.json, which is ours: no public code is known.
 */
import { UserError } from "../../core/errors.js";
import { configReader, type Json } from "../../model/config-reader.js";

/** What the denoiser's output means; the other of the two follows from it and the noised embeddings. */
export const predictions = ["start", "noise"] as const;
export type Prediction = (typeof predictions)[number];

export interface FusionConfig {
  /** V */
  readonly vocabSize: number;
  /** fills a program up to `length`; text ends at the first one */
  readonly padTokenId: number;
  /** P, padded on the left */
  readonly promptLength: number;
  /** n, tokens of a program with its padding, all denoised at once */
  readonly length: number;
  /** width D of the three stacks */
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** width E of the embeddings that are noised */
  readonly embeddingSize: number;
  readonly encoderLayers: number;
  readonly denoiserLayers: number;
  readonly decoderLayers: number;
  /** T, denoising steps */
  readonly steps: number;
  readonly predicts: Prediction;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
}

const counts = [
  ["vocabSize", "vocab_size"],
  ["promptLength", "prompt_length"],
  ["length", "program_length"],
  ["hiddenSize", "hidden_size"],
  ["heads", "num_attention_heads"],
  ["intermediateSize", "intermediate_size"],
  ["embeddingSize", "embedding_size"],
  ["encoderLayers", "num_encoder_layers"],
  ["denoiserLayers", "num_denoiser_layers"],
  ["decoderLayers", "num_decoder_layers"],
  ["steps", "num_denoising_steps"],
] as const;

const modelType = "codefusion";

/**
 * The content of a config.json.
 * @param file named in errors
 * @throws UserError for another kind of model, a value that cannot be, or sizes that do not fit each other
 */
export function parseFusionConfig(json: Json, file: string): FusionConfig {
  const read = configReader(json, file, {});
  if (json["model_type"] !== modelType)
    throw new UserError(
      `fusion: ${file} has model_type ${JSON.stringify(json["model_type"])}, ${modelType} is needed; ` +
        `name a checkpoint of the recipe ${modelType}.`,
    );
  read.only("predicts", predictions);
  const sizes = Object.fromEntries(counts.map(([key, name]) => [key, read.count(name)])) as Pick<
    FusionConfig,
    (typeof counts)[number][0]
  >;
  const config: FusionConfig = {
    ...sizes,
    padTokenId: read.id("pad_token_id"),
    predicts: (json["predicts"] ?? predictions[0]) as Prediction,
    rmsNormEps: read.positive("rms_norm_eps", 1e-6),
    ropeTheta: read.positive("rope_theta", 10000),
  };
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
    ...Object.fromEntries(counts.map(([key, name]) => [name, config[key]])),
    pad_token_id: config.padTokenId,
    predicts: config.predicts,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    torch_dtype: "bfloat16",
  };
}
