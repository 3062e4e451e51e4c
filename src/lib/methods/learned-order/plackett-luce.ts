/**
 * The law of positions that are drawn one after another without replacement, each with weight exp(score): of
 * an order, not of a set (Plackett-Luce; DCoLT, arXiv 2505.10446). Its code exponentiates the scores [C];
 * here by log-sum-exp, which cannot overflow. `drawByScore` at temperature 1 draws from it. Plain tfjs.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Finite, so that no gradient is 0 x infinity; in float32 exp of it is 0 beside any score. */
const excluded = -1e30;

/** Draws of N states as flags [N, K, C], K draws each. */
export interface OrderedDraws {
  /** 1 at the position that draw k took */
  readonly picked: tf.Tensor3D;
  /** 1 where a position could still be drawn by draw k: its own among them, those before it not */
  readonly available: tf.Tensor3D;
}

/**
 * log pi(u_1, ..., u_K) = sum_k [ h_{u_k} - log sum_{i still available} exp h_i ] of every state, nats, [N].
 * @param scores [N, C]
 */
export function orderLogps(scores: tf.Tensor2D, { picked, available }: OrderedDraws): tf.Tensor1D {
  const [n, k, c] = picked.shape;
  const all = tf.mul<tf.Tensor3D>(tf.reshape(scores, [n, 1, c]), tf.onesLike(picked));
  const open: tf.Tensor2D = tf.reshape(tf.add(all, tf.mul(tf.sub(1, available), excluded)), [n * k, c]);
  const chosen = tf.sum(tf.reshape(tf.mul(all, picked), [n, k * c]), 1);
  const total = tf.sum(tf.reshape(tf.logSumExp(open, 1), [n, k]), 1);
  return tf.sub<tf.Tensor1D>(chosen, total);
}

/**
 * The flags of draws.
 * @param candidates positions that the first draw chose from, a list a state
 * @param draws positions in the order drawn, equally many for all states
 */
export function orderedDraws(
  candidates: readonly (readonly number[])[],
  draws: readonly (readonly number[])[],
  completionLength: number,
): { readonly picked: Float32Array; readonly available: Float32Array } {
  const [n, k, c] = [draws.length, draws[0].length, completionLength];
  const flags = { picked: new Float32Array(n * k * c), available: new Float32Array(n * k * c) };
  draws.forEach((positions, i) => {
    const left = new Set(candidates[i]);
    positions.forEach((position, draw) => {
      const start = (i * k + draw) * c;
      for (const p of left) flags.available[start + p] = 1;
      flags.picked[start + position] = 1;
      left.delete(position);
    });
  });
  return flags;
}
