/**
 * Classifier-free guidance as the public codes of LLaDA and dllm do it: a second
 * pass sees masks in place of what was given, and the logits move away from what
 * that pass says: unconditional + (scale + 1) (conditional - unconditional).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";

/** What the denoiser sees of a batch; borrowed tensors. */
export interface Seen {
  /** [B, T] int32 */
  readonly ids: tf.Tensor2D;
  /** the same with masks in place of what was given; null without guidance */
  readonly withoutGiven: tf.Tensor2D | null;
  /** [B, T], 0 at left padding; null when nothing is padded */
  readonly attentionMask: tf.Tensor2D | null;
  readonly promptLength: number;
}

/**
 * Logits [B, R, V] at R positions of every sequence. At scale 0 one pass; else two, which doubles the cost.
 */
export function guidedLogits(
  denoiser: Pick<Denoiser, "logitsAt">,
  { ids, withoutGiven, attentionMask }: Seen,
  positions: readonly (readonly number[])[],
  scale: number,
): tf.Tensor3D {
  return applyGuidance(ids, withoutGiven, scale, seen => denoiser.logitsAt(seen, attentionMask, positions));
}

/** @param logits of one pass, over ids [B, T] */
export function applyGuidance(
  ids: tf.Tensor2D,
  withoutGiven: tf.Tensor2D | null,
  scale: number,
  logits: (ids: tf.Tensor2D) => tf.Tensor3D,
): tf.Tensor3D {
  if (scale === 0 || withoutGiven === null) return logits(ids);
  return tf.tidy(() => {
    const unconditional = logits(withoutGiven);
    return tf.add(unconditional, tf.mul(tf.sub(logits(ids), unconditional), scale + 1));
  });
}

/**
 * What was given of a canvas before its first step, and stays
 * hidden from the second pass: [B * T], 1 where a token stood.
 * @param keeps tokens that it sees all the same
 */
export function givenTokens(ids: Int32Array, maskTokenId: number, keeps: readonly number[] = []): Uint8Array {
  const seen = new Set([maskTokenId, ...keeps]);
  return Uint8Array.from(ids, id => (seen.has(id) ? 0 : 1));
}
