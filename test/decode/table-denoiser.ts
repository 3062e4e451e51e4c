/**
 * A denoiser that has made up its mind: the same distributions at every step, whatever stands on the canvas.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { DecodingDenoiser } from "../../src/lib/decode/types.js";

/**
 * @param rows [C][V] probabilities by completion position
 * @param maskTokenId the mask; its id may lie inside the rows
 */
export function tableDenoiser(rows: readonly (readonly number[])[], maskTokenId: number): DecodingDenoiser {
  const [c, v] = [rows.length, rows[0].length];
  const logits = Float32Array.from(rows.flat(), Math.log);
  return {
    vocabSize: v,
    maskTokenId,
    padTokenId: 0,
    logitsAt: (ids, _real, positions) =>
      tf.tidy(() => {
        const start = ids.shape[1] - c;
        const at = positions.map(list => list.map(position => position - start));
        return tf.gather(
          tf.tensor2d(logits, [c, v]),
          tf.tensor2d(at, undefined, "int32"),
        ) as tf.Tensor as tf.Tensor3D;
      }),
  };
}

/**
 * [C][V]: `confidence[p]` for token p % 8, the rest evenly
 * over the other tokens, and nothing for the mask (id 8).
 */
export function rowsOfConfidence(confidence: readonly number[]): number[][] {
  return confidence.map((c, p) =>
    Array.from({ length: 9 }, (_, v) => (v === 8 ? 1e-30 : v === p % 8 ? c : (1 - c) / 7)),
  );
}
