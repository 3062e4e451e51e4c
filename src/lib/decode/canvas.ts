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
  readonly real: tf.Tensor2D | null;
}

/**
 * A canvas whose completion is all masks. The caller disposes `real`.
 * @throws UserError without prompts, or when an empty prompt would be padded: nothing could predict its first token
 */
export function makeCanvas(
  denoiser: Pick<Denoiser, "padTokenId" | "maskTokenId">,
  prompts: readonly Int32Array[],
  completionLength: number,
): Canvas {
  const lengths = prompts.map(prompt => prompt.length);
  if (lengths.length === 0) throw new UserError("decode: there are no prompts; give at least one.");
  const promptLength = Math.max(...lengths);
  if (promptLength > 0 && lengths.includes(0)) {
    throw new UserError(
      `decode: prompt ${lengths.indexOf(0)} is empty beside longer ones; decode empty prompts in a batch of their own.`,
    );
  }
  const length = promptLength + completionLength;
  const ids = new Int32Array(prompts.length * length).fill(denoiser.maskTokenId);
  const real = new Int32Array(prompts.length * length).fill(1);
  prompts.forEach((prompt, b) => {
    const pads = promptLength - prompt.length;
    ids.fill(denoiser.padTokenId, b * length, b * length + pads);
    real.fill(0, b * length, b * length + pads);
    ids.set(prompt, b * length + pads);
  });
  const padded = lengths.some(n => n < promptLength);
  return {
    ids,
    batch: prompts.length,
    promptLength,
    promptLengths: lengths,
    length,
    real: padded ? tf.tensor2d(real, [prompts.length, length], "int32") : null,
  };
}

/** Logits on the device, [rows, V] in row-major order, of which the host holds a few megabytes at a time. */
export interface LogitRows {
  /** Where a row's values are: from `index * V` on. Valid until the next call. */
  row(row: number): { readonly values: Float32Array; readonly index: number };
  dispose(): void;
}

/** What is read at once, unless a single row takes more: with 150,000 tokens a row's logits are 0.6 MB. */
export const readAtOnceBytes = 2 ** 22;

/** Ask the denoiser about the canvas as it is now: one upload, one call. The caller disposes the answer. */
export function askLogits(canvas: Canvas, ask: (ids: tf.Tensor2D) => tf.Tensor): LogitRows {
  // A copy: uploaded arrays are shared with the backend, and this one changes.
  const ids = tf.tensor2d(canvas.ids.slice(), [canvas.batch, canvas.length], "int32");
  const logits = ask(ids);
  ids.dispose();
  return logitRows(logits);
}

/** Takes ownership of `logits` [..., V]. Rows are read when one of them is asked for, as many at once as the limit allows. */
export function logitRows(logits: tf.Tensor): LogitRows {
  const width = logits.shape[logits.rank - 1];
  const rows = logits.size / width;
  const atOnce = Math.max(1, Math.floor(readAtOnceBytes / (4 * width)));
  const onDevice = tf.reshape<tf.Rank.R2>(logits, [rows, width]);
  logits.dispose();
  let values: Float32Array = new Float32Array(0);
  let first = -Infinity;
  return {
    row(row) {
      if (row < first || row >= first + atOnce) {
        first = row - (row % atOnce);
        const some = tf.slice(onDevice, [first, 0], [Math.min(atOnce, rows - first), width]);
        values = some.dataSync<"float32">();
        some.dispose();
      }
      return { values, index: row - first };
    },
    dispose: () => onDevice.dispose(),
  };
}
