/**
 * The forward pass: RMSNorm, rotary positions (rotate-half), grouped-query attention, SwiGLU, as in Qwen2 and
 * Dream. Pure functions of tensors, so that `compile` can record them. Departures from the public code:
 * positions are never renumbered under left padding (rotary attention is relative, the rows are equal), and
 * the shift is undone on hidden states, before the head, so that row i of the logits always predicts token i.
 */
import * as tf from "@tensorflow/tfjs-core";
import { headDim, type DenoiserConfig } from "./config.js";
import type { Parameters } from "./parameters.js";

/** Up to this vocabulary the embedding is a one-hot product: its gradient runs on every backend. */
const oneHotVocabulary = 1024;

/**
 * Hidden states after the last layer and the final norm [B, T, D].
 * @param ids [B, T] int32
 * @param bias additive attention bias, broadcastable to [B, H, T, T] (`attention-mask.ts`), or null for full attention
 * @param onLayer called with the embeddings, then with each layer's output (the last one after the final norm)
 */
export function hiddenStates(
  params: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  onLayer?: (hidden: tf.Tensor3D) => void,
): tf.Tensor3D {
  const [b, t] = ids.shape;
  const d = config.hiddenSize;
  let x: tf.Tensor2D = embed(get(params, "model.embed_tokens.weight") as tf.Tensor2D, ids);
  const rope = rotary(t, headDim(config), config.ropeTheta);
  for (let i = 0; i < config.layers; i++) {
    onLayer?.(tf.reshape(x, [b, t, d]));
    // Recording and running op by op hold what a scope makes: one layer's, not all layers'.
    x = tf.tidy(() => {
      const layer = `model.layers.${i}`;
      const h = rmsNorm(x, get(params, `${layer}.input_layernorm.weight`), config.rmsNormEps);
      const mixed = tf.add(x, attention(params, `${layer}.self_attn`, config, h, bias, rope, b, t));
      const g = rmsNorm(mixed, get(params, `${layer}.post_attention_layernorm.weight`), config.rmsNormEps);
      return tf.add<tf.Tensor2D>(mixed, swiglu(params, `${layer}.mlp`, g));
    });
  }
  const out: tf.Tensor3D = tf.reshape(rmsNorm(x, get(params, "model.norm.weight"), config.rmsNormEps), [
    b,
    t,
    d,
  ]);
  onLayer?.(out);
  return out;
}

/** Raw logits [..., V] of hidden states [..., D] (no alignment). */
export function head(params: Parameters, config: DenoiserConfig, hidden: tf.Tensor): tf.Tensor {
  const weight = get(params, config.tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
  const rows = hidden.size / config.hiddenSize;
  const logits = tf.matMul(tf.reshape(hidden, [rows, config.hiddenSize]), weight, false, true);
  return tf.reshape(logits, [...hidden.shape.slice(0, -1), config.vocabSize]);
}

/** Hidden states aligned to positions: row i is the state that predicts token i; under the shift row 0 repeats (Dream). */
export function alignShift(config: DenoiserConfig, hidden: tf.Tensor3D): tf.Tensor3D {
  if (!config.shift) return hidden;
  const [b, t, d] = hidden.shape;
  if (t === 1) return hidden;
  return tf.concat([tf.slice(hidden, [0, 0, 0], [b, 1, d]), tf.slice(hidden, [0, 0, 0], [b, t - 1, d])], 1);
}

/** Logits aligned to positions [B, T, V]: row i predicts token i. */
export function alignedLogits(
  params: Parameters,
  config: DenoiserConfig,
  ids: tf.Tensor2D,
  bias: tf.Tensor4D | null,
): tf.Tensor3D {
  return head(params, config, alignShift(config, hiddenStates(params, config, ids, bias))) as tf.Tensor3D;
}

function embed(table: tf.Tensor2D, ids: tf.Tensor2D): tf.Tensor2D {
  const flat: tf.Tensor1D = tf.reshape(ids, [ids.size]);
  if (table.shape[0] > oneHotVocabulary) return tf.gather(table, flat);
  return tf.matMul(tf.cast(tf.oneHot(flat, table.shape[0]), "float32"), table);
}

function rmsNorm(x: tf.Tensor, weight: tf.Tensor, eps: number): tf.Tensor2D {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
  return tf.mul<tf.Tensor2D>(tf.mul(x, scale), weight);
}

function linear(params: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const y: tf.Tensor2D = tf.matMul(x, get(params, `${name}.weight`), false, true);
  const bias = params.get(`${name}.bias`);
  return bias === undefined ? y : tf.add<tf.Tensor2D>(y, bias);
}

interface Rotary {
  /** [1, 1, T, headDim] */
  readonly cos: tf.Tensor4D;
  readonly sin: tf.Tensor4D;
  /** [headDim, headDim] signed permutation: x @ rotate = rotate-half of x; cheaper than slicing and joining */
  readonly rotate: tf.Tensor2D;
}

function rotary(length: number, width: number, theta: number): Rotary {
  const half = width / 2;
  const cos = new Float32Array(length * width);
  const sin = new Float32Array(length * width);
  const rotate = new Float32Array(width * width);
  for (let j = 0; j < half; j++) {
    rotate[(j + half) * width + j] = -1;
    rotate[j * width + j + half] = 1;
    // The frequency is rounded to float32 as the public code does, so that long positions agree with it.
    const frequency = Math.fround(1 / Math.pow(theta, (2 * j) / width));
    for (let p = 0; p < length; p++) {
      const angle = Math.fround(p * frequency);
      cos[p * width + j] = cos[p * width + j + half] = Math.cos(angle);
      sin[p * width + j] = sin[p * width + j + half] = Math.sin(angle);
    }
  }
  const shape: [number, number, number, number] = [1, 1, length, width];
  return {
    cos: tf.tensor4d(cos, shape),
    sin: tf.tensor4d(sin, shape),
    rotate: tf.tensor2d(rotate, [width, width]),
  };
}

function rotateBy(x: tf.Tensor4D, { cos, sin, rotate }: Rotary): tf.Tensor4D {
  const width = x.shape[3];
  const turned = tf.reshape(tf.matMul(tf.reshape<tf.Rank.R2>(x, [x.size / width, width]), rotate), x.shape);
  return tf.add<tf.Tensor4D>(tf.mul(x, cos), tf.mul(turned, sin));
}

function attention(
  params: Parameters,
  name: string,
  config: DenoiserConfig,
  x: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  rope: Rotary,
  b: number,
  t: number,
): tf.Tensor2D {
  const { heads, kvHeads } = config;
  const width = headDim(config);
  const group = heads / kvHeads;
  const split = (y: tf.Tensor2D, n: number) =>
    tf.transpose<tf.Tensor4D>(tf.reshape(y, [b, t, n, width]), [0, 2, 1, 3]);
  const q = rotateBy(split(linear(params, `${name}.q_proj`, x), heads), rope);
  const k = rotateBy(split(linear(params, `${name}.k_proj`, x), kvHeads), rope);
  const v = split(linear(params, `${name}.v_proj`, x), kvHeads);
  // Query heads of one group share a key head: fold the group into the rows instead of repeating keys.
  const folded = tf.reshape(tf.mul(q, 1 / Math.sqrt(width)), [b, kvHeads, group * t, width]);
  let scores: tf.Tensor = tf.reshape(tf.matMul(folded, k, false, true), [b, heads, t, t]);
  if (bias !== null) scores = tf.add(scores, bias);
  const weights = tf.reshape(tf.softmax(scores), [b, kvHeads, group * t, t]);
  const mixed = tf.reshape(tf.matMul(weights, v), [b, heads, t, width]);
  const joined: tf.Tensor2D = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * t, heads * width]);
  return linear(params, `${name}.o_proj`, joined);
}

function swiglu(params: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const gate = linear(params, `${name}.gate_proj`, x);
  const up = linear(params, `${name}.up_proj`, x);
  return linear(params, `${name}.down_proj`, tf.mul<tf.Tensor2D>(tf.mul(gate, tf.sigmoid(gate)), up));
}

function get(params: Parameters, name: string): tf.Tensor {
  const tensor = params.get(name);
  if (tensor === undefined) throw new Error(`internal: parameter ${name} is missing.`);
  return tensor;
}
