/** An order in place of a score: positions ranked by what sees all of a completion's states at once. */
import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import type { Denoiser } from "../model/denoiser.js";
import type { ConfidenceScore } from "./confidence.js";
import type { DecodingDenoiser } from "./types.js";

/** Where a step stands among all. */
export interface StepPlace {
  /** counted from 0 */
  readonly step: number;
  readonly steps: number;
}

export interface LearnedOrder {
  /**
   * [N * C] a score for every completion position; of positions that are not masked it means nothing.
   * @param hidden [N, C, D] last hidden states of the completions, aligned; borrowed
   * @param masked completion positions still masked, a list for each of the N
   */
  readonly scores: (
    hidden: tf.Tensor3D,
    masked: readonly (readonly number[])[],
    place: StepPlace,
  ) => Float32Array;
  /** added to it; what is read of a position's own proposal */
  readonly offset: ConfidenceScore;
}

/** @throws UserError where the denoiser cannot show its states, or guidance makes two passes of one */
export function checkOrder(denoiser: DecodingDenoiser, guidance: number): asserts denoiser is Denoiser {
  if (guidance > 0)
    throw new UserError(
      `decode: a learned order reads the states of one pass, guidance=${guidance} makes two; leave ` +
        "guidance out.",
    );
  if (denoiser.hiddenAt === undefined || denoiser.logitsOf === undefined)
    throw new UserError(
      "decode: a learned order reads hidden states, which this denoiser does not show; load one from a " +
        "checkpoint.",
    );
}
