/** Token samplers: which token is proposed for a position, from its tempered and filtered distribution. */
import { sampleToken, type RowSummary } from "../core/distribution.js";

/** Where and when a token is proposed: for samplers and scores that bring draws of their own. */
export interface TokenPlace {
  readonly step: number;
  /** in the completion */
  readonly position: number;
}

/**
 * @param probs [V] after temperature and filters; what the filters dropped is 0
 * @param summary of `probs`
 * @param u uniform in [0, 1), the position's own: drawn in advance,
 *   so that a token is the same whether or when it is asked for
 */
export type TokenSampler = (probs: Float32Array, summary: RowSummary, u: number, place: TokenPlace) => number;

/** The most probable token, the lowest id among equals. */
export const mostProbable: TokenSampler = (_, summary) => summary.argmax;

/** A token drawn with its probability. */
export const drawn: TokenSampler = (probs, _, u) => sampleToken(probs, probs.length, u);

/** Arg-max at temperature 0, a draw above it: as both public decoders. */
export function samplerOf(temperature: number): TokenSampler {
  return temperature > 0 ? drawn : mostProbable;
}
