/** The parameters of a CodeFusion network: encoder, embedding table L, denoiser N, decoder D and head H. */
import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/rng.js";
import { drawParameters, matrixDeviation } from "../../model/parameters.js";
import type { FusionConfig } from "./config.js";

type Entry = [name: string, shape: number[]];

/** Every parameter's name and shape [out, in], in the order in which they are stored and trained. */
export function fusionShapes(config: FusionConfig): Map<string, number[]> {
  const { vocabSize: v, hiddenSize: d, embeddingSize: e } = config;
  return new Map<string, number[]>([
    ["encoder.embed_tokens.weight", [v, d]],
    ...stackEntries("encoder", config.encoderLayers, config, false),
    ["embedding.weight", [v, e]],
    ["denoiser.in_proj.weight", [d, e]],
    ["denoiser.time_in.weight", [d, d]],
    ["denoiser.time_out.weight", [d, d]],
    ...stackEntries("denoiser", config.denoiserLayers, config, true),
    ["denoiser.out_proj.weight", [e, d]],
    ["decoder.in_proj.weight", [d, e]],
    ...stackEntries("decoder", config.decoderLayers, config, true),
    ["decoder.out_proj.weight", [e, d]],
    ["head.weight", [v, e]],
  ]);
}

function stackEntries(stack: string, layers: number, config: FusionConfig, cross: boolean): Entry[] {
  const { hiddenSize: d, intermediateSize: f } = config;
  const attention = (name: string): Entry[] =>
    ["q", "k", "v", "o"].map(kind => [`${name}.${kind}_proj.weight`, [d, d]]);
  const layer = (name: string): Entry[] => [
    [`${name}.input_layernorm.weight`, [d]],
    ...attention(`${name}.self_attn`),
    ...(cross ? [[`${name}.cross_layernorm.weight`, [d]] as Entry, ...attention(`${name}.cross_attn`)] : []),
    [`${name}.post_attention_layernorm.weight`, [d]],
    [`${name}.mlp.gate_proj.weight`, [f, d]],
    [`${name}.mlp.up_proj.weight`, [f, d]],
    [`${name}.mlp.down_proj.weight`, [d, f]],
  ];
  const all = Array.from({ length: layers }, (_, i) => layer(`${stack}.layers.${i}`)).flat();
  return [...all, [`${stack}.norm.weight`, [d]]];
}

/** Number of scalars. */
export function fusionSize(config: FusionConfig): number {
  return [...fusionShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/**
 * Matrices as in the testbed's other models, those that let noised embeddings in too, so that noise does not
 * drown what the layers add; those that make embeddings or logits of normed states keep their unit variance;
 * the embedding table, layer-normalised before use, has unit variance.
 */
export function initFusion(config: FusionConfig, rng: Rng): Map<string, tf.Tensor> {
  const { hiddenSize, embeddingSize } = config;
  const deviation = (name: string): number => {
    if (name === "embedding.weight") return 1;
    if (name === "head.weight") return 1 / Math.sqrt(embeddingSize);
    if (name.endsWith("out_proj.weight") && !name.includes("layers")) return 1 / Math.sqrt(hiddenSize);
    const stack = name.startsWith("encoder") ? config.encoderLayers : config.denoiserLayers;
    return matrixDeviation(name, stack);
  };
  return drawParameters(fusionShapes(config), deviation, rng);
}
