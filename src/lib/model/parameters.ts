/** The parameters of a denoiser: names as in Dream checkpoints, shapes [out, in], initial values. */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/rng.js";
import { headDim, type DenoiserConfig } from "./config.js";

/** Tensors by their Dream name, e.g. "model.layers.0.self_attn.q_proj.weight" [H*headDim, D]. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** Every parameter's name and shape, in the order in which they are stored and trained. */
export function parameterShapes(config: DenoiserConfig): Map<string, number[]> {
  return new Map(parameterEntries(config));
}

/** The same one by one, for a configuration that may be absurd. */
export function* parameterEntries(config: DenoiserConfig): Generator<[name: string, shape: number[]]> {
  const { hiddenSize: d, intermediateSize: f, vocabSize: v } = config;
  const width = headDim(config);
  const [queries, kv] = [config.heads * width, config.kvHeads * width];
  yield ["model.embed_tokens.weight", [v, d]];
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`;
    yield [`${layer}.input_layernorm.weight`, [d]];
    for (const [name, out] of [
      ["q", queries],
      ["k", kv],
      ["v", kv],
    ] as const) {
      yield [`${layer}.self_attn.${name}_proj.weight`, [out, d]];
      if (config.qkvBias) yield [`${layer}.self_attn.${name}_proj.bias`, [out]];
    }
    if (config.qkNorm === true) {
      yield [`${layer}.self_attn.q_norm.weight`, [width]];
      yield [`${layer}.self_attn.k_norm.weight`, [width]];
    }
    yield [`${layer}.self_attn.o_proj.weight`, [d, queries]];
    yield [`${layer}.post_attention_layernorm.weight`, [d]];
    yield [`${layer}.mlp.gate_proj.weight`, [f, d]];
    yield [`${layer}.mlp.up_proj.weight`, [f, d]];
    yield [`${layer}.mlp.down_proj.weight`, [d, f]];
  }
  yield ["model.norm.weight", [d]];
  if (!config.tieWordEmbeddings) yield ["lm_head.weight", [v, d]];
}

/** The parameter whose rows the logits are products with. */
export function headName({ tieWordEmbeddings }: Pick<DenoiserConfig, "tieWordEmbeddings">): string {
  return tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
}

/** Number of scalars in a denoiser of this shape. */
export function parameterCount(config: DenoiserConfig): number {
  let total = 0;
  for (const shape of parameterShapes(config).values()) total += shape.reduce((a, b) => a * b, 1);
  return total;
}

/**
 * Matrices normal with standard deviation 0.02 (Qwen2), those writing
 * to the residual scaled by 1/sqrt(2 layers); norms one, biases zero.
 */
export function initParameters(config: DenoiserConfig, rng: Rng): Map<string, tf.Tensor> {
  return drawParameters(parameterEntries(config), name => matrixDeviation(name, config.layers), rng);
}

/** Of a matrix of the layers, by the end of its name; `layers` write to one residual. */
export function matrixDeviation(name: string, layers: number): number {
  const residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
  return residual ? 0.02 / Math.sqrt(2 * layers) : 0.02;
}

/**
 * Parameters of any model: weights normal, each matrix from a stream of its own name; norms one, biases zero.
 */
export function drawParameters(
  entries: Iterable<readonly [name: string, shape: readonly number[]]>,
  deviation: (name: string) => number,
  rng: Rng,
): Map<string, tf.Tensor> {
  const params = new Map<string, tf.Tensor>();
  for (const [name, shape] of entries) {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(size);
    if (name.endsWith("norm.weight")) values.fill(1);
    else if (name.endsWith(".weight")) {
      const sd = deviation(name);
      const draws = rng.split(name);
      for (let i = 0; i < size; i++) values[i] = sd * draws.normal();
    }
    params.set(name, tf.tensor(values, [...shape], "float32"));
  }
  return params;
}
