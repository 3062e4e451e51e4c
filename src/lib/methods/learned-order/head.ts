/**
 * The head that scores masked positions by how soon they should be revealed: DCoLT's unmasking policy module
 * (arXiv 2505.10446). Its parts, the 256 sinusoids, the initial scale .02 and bias 0 of the last layer are
 * the public code's [C]: last hidden states of the completion -> adaptive norm -> one transformer block like
 * the backbone's -> adaptive norm -> one number. Decided here [R]: the adaptive norms begin as plain ones
 * (their projections are zero), times are counted in thousandths as diffusion codes do, the block's other
 * weights begin as the backbone's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/rng.js";
import type { DenoiserConfig } from "../../model/config.js";
import { timesWeight } from "../../model/linear.js";
import { initParameters, parameterShapes, type Parameters } from "../../model/parameters.js";
import { oneLayer } from "../../model/transformer.js";

/**
 * What the head's score is added to. "none" [C]: before training every order is as likely as any.
 * "log-confidence": four times the logarithm of the most probable token's probability [R], so that the
 * highest scores begin as the surest tokens.
 */
export const orderOffsets = ["none", "log-confidence"] as const;
export type OrderOffset = (typeof orderOffsets)[number];

/** A token at probability 0.7 is then a quarter as likely to be drawn as one at 1. */
export function offsetScale(offset: OrderOffset): number {
  return offset === "none" ? 0 : 4;
}

/** A head and the shape of the backbone that it reads. */
export interface OrderHead {
  readonly config: DenoiserConfig;
  readonly offset: OrderOffset;
  readonly parameters: Parameters;
}

/** What it is told beside the states. */
export interface OrderConditions {
  /** [N, 256] of `timeFeatures` */
  readonly time: tf.Tensor2D;
  /** [N, C] 1 where a position is masked */
  readonly masked: tf.Tensor2D;
  /** [N, C] 1 in the current block */
  readonly inBlock: tf.Tensor2D;
}

const timeWidth = 256;
const normEps = 1e-5;

/** The head's own block: one layer of the backbone's shape. */
function blockOf(config: DenoiserConfig): DenoiserConfig {
  return { ...config, layers: 1 };
}

/** Every parameter's name and shape, in the order in which they are stored and trained. */
export function orderHeadShapes(config: DenoiserConfig): Map<string, number[]> {
  const d = config.hiddenSize;
  const layer = [...parameterShapes(blockOf(config))].filter(([name]) => name.startsWith("model.layers.0."));
  return new Map([
    ["time.0.weight", [d, timeWidth]],
    ["time.0.bias", [d]],
    ["time.1.weight", [d, d]],
    ["time.1.bias", [d]],
    ["masked.weight", [2, d]],
    ["block.weight", [2, d]],
    ["norm.0.weight", [2 * d, d]],
    ["norm.0.bias", [2 * d]],
    ...layer,
    ["norm.1.weight", [2 * d, d]],
    ["norm.1.bias", [2 * d]],
    ["score.weight", [1, d]],
    ["score.bias", [1]],
  ]);
}

/**
 * Matrices normal with standard deviation 0.02; biases, and
 * what the adaptive norms are scaled and shifted by, zero.
 */
export function initOrderHead(config: DenoiserConfig, rng: Rng): Map<string, tf.Tensor> {
  const layer = initParameters(blockOf(config), rng.split("layer"));
  const parameters = new Map(
    [...orderHeadShapes(config)].map(([name, shape]): [string, tf.Tensor] => {
      const taken = layer.get(name);
      if (taken !== undefined && name.startsWith("model.layers.0.")) return [name, taken];
      if (name.endsWith(".bias") || name.startsWith("norm.")) return [name, tf.zeros(shape)];
      const draws = rng.split(name);
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        name,
        tf.tensor(
          Float32Array.from({ length: size }, () => 0.02 * draws.normal()),
          shape,
        ),
      ];
    }),
  );
  for (const [name, tensor] of layer) if (!parameters.has(name)) tensor.dispose();
  return parameters;
}

/** [N, 256] cosines and sines of the times in [0, 1), at frequencies from 1 down to 1/10000. */
export function timeFeatures(times: readonly number[]): tf.Tensor2D {
  const half = timeWidth / 2;
  const values = new Float32Array(times.length * timeWidth);
  times.forEach((time, i) => {
    for (let j = 0; j < half; j++) {
      const angle = 1000 * time * Math.exp((-Math.log(10000) * j) / half);
      values[i * timeWidth + j] = Math.cos(angle);
      values[i * timeWidth + half + j] = Math.sin(angle);
    }
  });
  return tf.tensor2d(values, [times.length, timeWidth]);
}

/**
 * A score for every completion position [N, C], the offset not included.
 * @param hidden [N, C, D] last hidden states, aligned to positions
 */
export function orderScores(
  parameters: Parameters,
  config: DenoiserConfig,
  hidden: tf.Tensor3D,
  conditions: OrderConditions,
): tf.Tensor2D {
  const [n, c, d] = hidden.shape;
  const get = (name: string) => parameters.get(name) as tf.Tensor;
  const linear = (name: string, x: tf.Tensor2D) =>
    tf.add<tf.Tensor2D>(timesWeight(x, get(`${name}.weight`) as tf.Tensor2D), get(`${name}.bias`));
  const time = linear("time.1", silu(linear("time.0", conditions.time)));
  const told = tf.add<tf.Tensor3D>(
    tf.reshape(time, [n, 1, d]),
    tf.add(
      eitherRow(get("masked.weight"), conditions.masked),
      eitherRow(get("block.weight"), conditions.inBlock),
    ),
  );
  const flat: tf.Tensor2D = tf.reshape(told, [n * c, d]);
  const norm = (name: string, x: tf.Tensor3D): tf.Tensor3D => {
    const [scale, shift] = tf.split(linear(name, flat), 2, 1);
    const normed = plainNorm(tf.reshape(x, [n * c, d]));
    return tf.reshape(tf.add(tf.mul(normed, tf.add(scale, 1)), shift), [n, c, d]);
  };
  const block = oneLayer(parameters, blockOf(config), norm("norm.0", hidden));
  const out = linear("score", tf.reshape(norm("norm.1", block), [n * c, d]));
  return tf.reshape(out, [n, c]);
}

/** [N, C, D] row 0 or row 1 of a table [2, D], as the flags [N, C] say. */
function eitherRow(table: tf.Tensor, flags: tf.Tensor2D): tf.Tensor {
  const [n, c] = flags.shape;
  const flat: tf.Tensor2D = tf.reshape(flags, [n * c, 1]);
  const choice = tf.concat([tf.sub<tf.Tensor2D>(1, flat), flat], 1);
  return tf.reshape(tf.matMul(choice, table as tf.Tensor2D), [n, c, table.shape[1] as number]);
}

/** Layer norm without gain and bias, row by row. */
function plainNorm(x: tf.Tensor2D): tf.Tensor2D {
  const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, 1, true));
  return tf.mul<tf.Tensor2D>(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), normEps)));
}

function silu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.sigmoid(x));
}
