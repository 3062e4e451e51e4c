/** Token samplers: which token is proposed for a position, from its tempered and filtered distribution. */
import { sampleToken, type RowSummary } from "../core/distribution.js";
import type { Rng } from "../core/rng.js";

/**
 * @param probs [V] after temperature and filters; what the filters dropped is 0
 * @param summary of `probs`
 */
export type TokenSampler = (probs: Float32Array, summary: RowSummary, rng: Rng) => number;

/** The most probable token, the lowest id among equals. */
export const mostProbable: TokenSampler = (_, summary) => summary.argmax;

/** A token drawn with its probability. */
export const drawn: TokenSampler = (probs, _, rng) => sampleToken(probs, probs.length, rng);

/** Arg-max at temperature 0, a draw above it: as both public decoders. */
export function samplerOf(temperature: number): TokenSampler {
  return temperature > 0 ? drawn : mostProbable;
}
