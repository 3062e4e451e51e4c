/**
 * Classifier-free guidance as LLaDA's public code does it: a second pass sees masks in place of the prompt, its left padding
 * included, and the logits move away from what that pass says: unconditional + (scale + 1) (conditional - unconditional).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";
import type { Canvas } from "./canvas.js";

/** Logits of the completion [B, C, V]. At scale 0 one pass; else two, which doubles the cost. */
export function guidedLogits(
  denoiser: Pick<Denoiser, "maskTokenId" | "completionLogits">,
  canvas: Canvas,
  ids: tf.Tensor2D,
  completionLength: number,
  scale: number,
): tf.Tensor3D {
  if (scale === 0) return denoiser.completionLogits(ids, canvas.real, completionLength);
  return tf.tidy(() => {
    const conditional = denoiser.completionLogits(ids, canvas.real, completionLength);
    const unconditional = denoiser.completionLogits(
      withoutPrompt(canvas, ids, denoiser.maskTokenId),
      canvas.real,
      completionLength,
    );
    return tf.add(unconditional, tf.mul(tf.sub(conditional, unconditional), scale + 1));
  });
}

function withoutPrompt({ batch, promptLength }: Canvas, ids: tf.Tensor2D, maskTokenId: number): tf.Tensor2D {
  const masks = tf.fill<tf.Rank.R2>([batch, promptLength], maskTokenId, "int32");
  return tf.concat([masks, tf.slice(ids, [0, promptLength], [batch, -1])], 1);
}
