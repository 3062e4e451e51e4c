/**
 * Grouped-query attention with rotary positions, and its gradient by hand: two layouts of the heads made once
 * each, no tensor of the size of the scores beside scores and weights (the row sums of the softmax's gradient
 * are taken over the head width instead, as in FlashAttention, arXiv 2205.14135).
 */
import * as tf from "@tensorflow/tfjs-core";
import { rotate, type Rotary } from "./rotary.js";

export interface AttentionShape {
  readonly batch: number;
  /** query heads H; a multiple of kvHeads K */
  readonly heads: number;
  readonly kvHeads: number;
  /** width of one head */
  readonly width: number;
  /** queries of one sequence, and keys */
  readonly queries: number;
  readonly keys: number;
  /** queries and keys come with their pairs side by side (`pairedRows`) */
  readonly paired?: boolean;
}

/**
 * The rows of a projection of queries or keys [heads * width, ...], or its
 * bias, in the order that lays the two entries of a rotated pair side by side:
 * so that it is done on the weight, and not on all that it is multiplied with.
 */
export function pairRows<T extends tf.Tensor>(weight: T, heads: number): T {
  const { shape } = weight;
  const columns = shape.slice(1);
  const width = shape[0] / heads;
  const pairs = tf.reshape(weight, [heads, 2, width / 2, ...columns]);
  const order = [0, 2, 1, ...columns.map((_, i) => i + 3)];
  return tf.reshape(tf.transpose(pairs, order), shape) as T;
}

/** Rotations of queries (scaled by 1/sqrt(width)) and of keys, one a position or one a row. */
export interface Rotations {
  readonly queries: Rotary;
  readonly keys: Rotary;
}

/**
 * softmax(q k^T / sqrt(width) + bias) v for every head, heads joined again.
 * @param q [B * queries, H * width]
 * @param k [B * keys, K * width]
 * @param v [B * keys, K * width]
 * @param bias additive, [1 or B, 1, 1 or queries, keys], or null; a constant to the gradient
 */
export function attend(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  shape: AttentionShape,
  bias: tf.Tensor4D | null,
  rotations: Rotations,
): tf.Tensor2D {
  const { batch, heads, kvHeads, width, queries, keys } = shape;
  const apart = shape.paired !== true;
  const group = heads / kvHeads;
  const operation = tf.customGrad((...args) => {
    const [x, y, z, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const qs = rotateHeads(headsFirst(x, queries, group, apart), rotations.queries, false);
    const ks = rotateHeads(headsFirst(y, keys, 1, apart), rotations.keys, false);
    const vs = headsFirst(z, keys, 1, false);
    const weights = tf.softmax(addBias(tf.matMul(qs, ks, false, true)));
    const joined = headsLast(tf.matMul(weights, vs), queries, group, false);
    save([qs, ks, vs, weights, joined, ...rotations.queries, ...rotations.keys]);
    const gradient = (dy: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] => {
      const [qs, ks, vs, weights, joined, ...tables] = saved;
      const n = rotations.queries.length;
      const [backQ, backK] = [tables.slice(0, n), tables.slice(n)] as unknown as Rotary[];
      const dys = headsFirst(dy, queries, group, false);
      const scores = scoreGradient(weights, tf.matMul(dys, vs, false, true), dy, joined as tf.Tensor2D);
      const dq = rotateHeads(tf.matMul<tf.Tensor4D>(scores, ks), backQ, true);
      const dk = rotateHeads(tf.matMul<tf.Tensor4D>(scores, qs, true, false), backK, true);
      return [
        headsLast(dq, queries, group, apart),
        headsLast(dk, keys, 1, apart),
        headsLast(tf.matMul(weights, dys, true, false), keys, 1, false),
      ];
    };
    return {
      value: joined,
      gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => tf.tidy(() => gradient(dy, saved)),
    };
  });

  /**
   * [B * t, K * g * width] to [K, B, g * t, width]: query heads that share a key head are rows of one matrix.
   */
  function headsFirst(x: tf.Tensor2D, t: number, g: number, pairs: boolean): tf.Tensor4D {
    const inner = pairs ? [2, width / 2] : [width];
    const split = g === 1 ? [batch * t, kvHeads] : [batch, t, kvHeads, g];
    const order = g === 1 ? [1, 0] : [2, 0, 3, 1];
    const n = order.length;
    const perm = [...order, ...(pairs ? [n + 1, n] : [n])];
    return tf.reshape(tf.transpose(tf.reshape(x, [...split, ...inner]), perm), [
      kvHeads,
      batch,
      g * t,
      width,
    ]);
  }

  /** The way back. */
  function headsLast(x: tf.Tensor, t: number, g: number, pairs: boolean): tf.Tensor2D {
    const inner = pairs ? [width / 2, 2] : [width];
    const split = g === 1 ? [kvHeads, batch * t] : [kvHeads, batch, g, t];
    const order = g === 1 ? [1, 0] : [1, 3, 0, 2];
    const n = order.length;
    const perm = [...order, ...(pairs ? [n + 1, n] : [n])];
    return tf.reshape(tf.transpose(tf.reshape(x, [...split, ...inner]), perm), [
      batch * t,
      kvHeads * g * width,
    ]);
  }

  function rotateHeads(x: tf.Tensor4D, by: Rotary, inverse: boolean): tf.Tensor4D {
    const [positions] = by[0].shape;
    const flat: tf.Tensor3D = tf.reshape(x, [x.size / (positions * width), positions, width]);
    return tf.reshape(rotate(flat, by, inverse), x.shape);
  }

  function addBias(scores: tf.Tensor): tf.Tensor {
    if (bias === null) return scores;
    const [b, , rows, columns] = bias.shape;
    const open = tf.reshape(scores, [kvHeads, batch, group, queries, keys]);
    return tf.reshape(tf.add(open, tf.reshape(bias, [1, b, 1, rows, columns])), scores.shape);
  }

  /** weights * (dw - sum of dw * weights over the keys), the sum being that of dy * y over the head width */
  function scoreGradient(weights: tf.Tensor, dw: tf.Tensor, dy: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor {
    const sums = tf.sum(tf.reshape(tf.mul(dy, y), [batch, queries, kvHeads, group, width]), -1);
    const delta = tf.reshape(tf.transpose(sums, [2, 0, 3, 1]), [kvHeads, batch, group * queries, 1]);
    return tf.mul(weights, tf.sub(dw, delta));
  }

  return operation(q, k, v);
}
