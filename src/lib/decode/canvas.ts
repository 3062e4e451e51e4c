/** What the denoiser sees: prompts padded on the left to one length, then a completion, kept on the host. */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { Denoiser } from "../model/denoiser.js";

export interface Canvas {
  /** [B * length] */
  readonly ids: Int32Array;
  readonly batch: number;
  readonly promptLength: number;
  /** before padding, a prompt each */
  readonly promptLengths: readonly number[];
  /** T = P + C */
  readonly length: number;
  /** [B, length], 0 at left padding; null when nothing is padded */
  readonly attentionMask: tf.Tensor2D | null;
}

/**
 * A canvas whose completion is all masks. The caller disposes `attentionMask`.
 * @param multiple prompts are padded to a multiple of so many tokens
 * @throws UserError without prompts, or when an empty prompt
 *   would be padded: nothing could predict its first token
 */
export function makeCanvas(
  denoiser: Pick<Denoiser, "padTokenId" | "maskTokenId">,
  prompts: readonly Int32Array[],
  completionLength: number,
  multiple = 1,
): Canvas {
  const lengths = prompts.map(prompt => prompt.length);
  if (lengths.length === 0) throw new UserError("decode: there are no prompts; give at least one.");
  const promptLength = Math.ceil(Math.max(...lengths) / multiple) * multiple;
  if (promptLength > 0 && lengths.includes(0)) {
    throw new UserError(
      `decode: prompt ${lengths.indexOf(0)} is empty beside longer ones; decode empty prompts in a ` +
        "batch of their own.",
    );
  }
  const length = promptLength + completionLength;
  const ids = new Int32Array(prompts.length * length).fill(denoiser.maskTokenId);
  const attentionMask = new Int32Array(prompts.length * length).fill(1);
  prompts.forEach((prompt, b) => {
    const pads = promptLength - prompt.length;
    ids.fill(denoiser.padTokenId, b * length, b * length + pads);
    attentionMask.fill(0, b * length, b * length + pads);
    ids.set(prompt, b * length + pads);
  });
  const padded = lengths.some(n => n < promptLength);
  return {
    ids,
    batch: prompts.length,
    promptLength,
    promptLengths: lengths,
    length,
    attentionMask: padded ? tf.tensor2d(attentionMask, [prompts.length, length], "int32") : null,
  };
}

/** A sample's canvas as it is now [length], not a copy. */
export function canvasRow({ ids, length }: Pick<Canvas, "ids" | "length">, sample: number): Int32Array {
  return ids.subarray(sample * length, (sample + 1) * length);
}
