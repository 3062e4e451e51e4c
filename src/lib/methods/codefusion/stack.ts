/**
 * Pre-norm transformer layers with full attention, and with
 * cross-attention where there is something to attend to.
 */
import * as tf from "@tensorflow/tfjs-core";
import { attend, type Rotations } from "../../model/attention.js";
import { timesWeight } from "../../model/linear.js";
import type { Parameters } from "../../model/parameters.js";
import { rmsNorm } from "../../model/rms-norm.js";
import { rotary, identityRotary } from "../../model/rotary.js";
import { gatedSilu } from "../../model/swiglu.js";
import type { FusionConfig } from "./config.js";

/** E_s: what an encoder made of prompts. */
export interface Encoding {
  /** [B * P, D] */
  readonly states: tf.Tensor2D;
  /** [B, 1, 1, P], which hides the padding */
  readonly bias: tf.Tensor4D;
}

/** [.., in] rows times the matrix of that name. */
export function project(params: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return timesWeight(x, parameter(params, `${name}.weight`) as tf.Tensor2D);
}

export function parameter(params: Parameters, name: string): tf.Tensor {
  const tensor = params.get(name);
  if (tensor === undefined) throw new Error(`internal: parameter ${name} is missing.`);
  return tensor;
}

/**
 * All layers of a stack, and its final norm.
 * @param x [B * length, D]
 * @param bias of the self-attention; null: every position sees every other
 * @param encoding null for a stack without cross-attention
 */
export function runStack(
  params: Parameters,
  config: FusionConfig,
  { stack, layers, batch, length }: { stack: string; layers: number; batch: number; length: number },
  x: tf.Tensor2D,
  bias: tf.Tensor4D | null,
  encoding: Encoding | null,
): tf.Tensor2D {
  const { heads, hiddenSize, ropeTheta, rmsNormEps } = config;
  const width = hiddenSize / heads;
  const scale = 1 / Math.sqrt(width);
  const norm = (name: string, y: tf.Tensor2D) =>
    rmsNorm(y, parameter(params, `${name}.weight`) as tf.Tensor1D, rmsNormEps);
  const attention = (
    name: string,
    asking: tf.Tensor2D,
    asked: tf.Tensor2D,
    keys: number,
    hidden: tf.Tensor4D | null,
    rotations: Rotations,
  ): tf.Tensor2D => {
    const [q, k, v] = [asking, asked, asked].map((y, i) => project(params, `${name}.${"qkv"[i]}_proj`, y));
    const shape = { batch, heads, kvHeads: heads, width, queries: length, keys };
    return project(params, `${name}.o_proj`, attend(q, k, v, shape, hidden, rotations));
  };
  const own: Rotations = {
    queries: rotary(length, width, ropeTheta, scale),
    keys: rotary(length, width, ropeTheta, 1),
  };
  const prompt = config.promptLength;
  // Places in a program and in a prompt have nothing to do
  // with each other; the encoder's states know their own.
  const across: Rotations = {
    queries: identityRotary(length, width, scale),
    keys: identityRotary(prompt, width, 1),
  };

  const layer = (name: string, input: tf.Tensor2D): tf.Tensor2D =>
    tf.tidy(() => {
      const seen = norm(`${name}.input_layernorm`, input);
      let y = tf.add<tf.Tensor2D>(input, attention(`${name}.self_attn`, seen, seen, length, bias, own));
      if (encoding !== null) {
        const asking = norm(`${name}.cross_layernorm`, y);
        const { states, bias: hidden } = encoding;
        y = tf.add(y, attention(`${name}.cross_attn`, asking, states, prompt, hidden, across));
      }
      const h = norm(`${name}.post_attention_layernorm`, y);
      const [gate, up] = ["gate", "up"].map(kind => project(params, `${name}.mlp.${kind}_proj`, h));
      return tf.add<tf.Tensor2D>(y, project(params, `${name}.mlp.down_proj`, gatedSilu(gate, up)));
    });

  let y = x;
  for (let i = 0; i < layers; i++) y = layer(`${stack}.layers.${i}`, y);
  return norm(`${stack}.norm`, y);
}
