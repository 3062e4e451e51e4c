/**
 * Classifier-free guidance as LLaDA's public code does it: a second pass sees masks in place of the prompt, its left padding
 * included, and the logits move away from what that pass says: unconditional + (scale + 1) (conditional - unconditional).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";

/** What the denoiser sees of a batch; borrowed tensors. */
export interface Seen {
  /** [B, T] int32 */
  readonly ids: tf.Tensor2D;
  /** [B, T], 0 at left padding; null when nothing is padded */
  readonly real: tf.Tensor2D | null;
  readonly promptLength: number;
}

/** Logits [B, R, V] at R positions of every sequence. At scale 0 one pass; else two, which doubles the cost. */
export function guidedLogits(
  denoiser: Pick<Denoiser, "maskTokenId" | "logitsAt">,
  seen: Seen,
  positions: readonly (readonly number[])[],
  scale: number,
): tf.Tensor3D {
  if (scale === 0) return denoiser.logitsAt(seen.ids, seen.real, positions);
  return tf.tidy(() => {
    const conditional = denoiser.logitsAt(seen.ids, seen.real, positions);
    const hidden = withoutPrompt(seen, denoiser.maskTokenId);
    const unconditional = denoiser.logitsAt(hidden, seen.real, positions);
    return tf.add(unconditional, tf.mul(tf.sub(conditional, unconditional), scale + 1));
  });
}

function withoutPrompt({ ids, promptLength }: Seen, maskTokenId: number): tf.Tensor2D {
  const [batch] = ids.shape;
  const masks = tf.fill<tf.Rank.R2>([batch, promptLength], maskTokenId, "int32");
  return tf.concat([masks, tf.slice(ids, [0, promptLength], [batch, -1])], 1);
}
