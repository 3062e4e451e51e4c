/**
 * What single passes see: log-probabilities of a completion's
 * tokens under given masks, and estimates put together from them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Denoiser } from "../model/denoiser.js";
import { passInput, passWeights, type MaskPasses } from "./mask-passes.js";
import { tokenLogps } from "./token-logps.js";

/** Canvases a call; the last call is filled up, so that one graph serves all. */
const batchSize = 128;

/**
 * log p of every completion token, row-major [masks, C] in nats: of a masked token given what the mask
 * leaves; of the others whatever the model says of a token that it sees.
 * @param length T of the canvases, padded on the left
 */
export function maskedLogps(
  denoiser: Denoiser,
  promptIds: Int32Array,
  completionIds: Int32Array,
  masks: readonly Uint8Array[],
  length: number,
): Float32Array {
  const c = completionIds.length;
  const pads = length - promptIds.length - c;
  const out = new Float32Array(masks.length * c);
  for (let from = 0; from < masks.length; from += batchSize) {
    const [ids, attentionMask] = [0, 1].map(() => new Int32Array(batchSize * length));
    for (let b = 0; b < batchSize; b++) {
      const masked = masks[Math.min(from + b, masks.length - 1)];
      const canvas = passInput(promptIds, completionIds, { masked, weight: 1 }, denoiser.maskTokenId);
      ids.fill(denoiser.padTokenId, b * length, b * length + pads);
      ids.set(canvas, b * length + pads);
      attentionMask.fill(1, b * length + pads, (b + 1) * length);
    }
    const logps = tf.tidy(() => {
      const shape: [number, number] = [batchSize, length];
      const [x, attended] = [tf.tensor2d(ids, shape, "int32"), tf.tensor2d(attentionMask, shape, "int32")];
      const targets = tf.tile(tf.tensor2d(completionIds, [1, c], "int32"), [batchSize, 1]);
      return tokenLogps(denoiser.completionLogits(x, attended, c), targets);
    });
    out.set(logps.dataSync<"float32">().subarray(0, Math.min(batchSize, masks.length - from) * c), from * c);
    logps.dispose();
  }
  return out;
}

/**
 * The estimate of every token [C] that `passes` make of their passes' log-probabilities.
 * @param logpsOf [C] of a pass, by its number
 */
export function estimateFrom(passes: MaskPasses, logpsOf: (pass: number) => ArrayLike<number>): Float64Array {
  const weights = passWeights(passes);
  const c = passes.passes[0].masked.length;
  const estimate = new Float64Array(c);
  passes.passes.forEach((_, k) => {
    const logps = logpsOf(k);
    for (let i = 0; i < c; i++) if (weights[k * c + i] !== 0) estimate[i] += weights[k * c + i] * logps[i];
  });
  return estimate;
}
