/**
 * Confidence scores: what ranks the masked positions, the highest committed
 * first. Dream and DiffuCoder read theirs from the distribution after
 * temperature and filters, LLaDA from the untempered one: both are here, named.
 */
import type { Rng } from "../core/rng.js";
import type { DecodeConfig, Remasking } from "./types.js";
import type { Proposal } from "./proposal.js";
import type { TokenPlace } from "./sampler.js";

/** Higher is surer. Nats for the entropies, probabilities for the others. */
export type ConfidenceScore = (proposal: Proposal, rng: Rng, place: TokenPlace) => number;

/**
 * The probability of the proposed token among those that are not in `without`, 0 for these: they are
 * committed last [dllm begin_suppress_tokens, which in spite of its name counts at every step].
 */
export function probabilityWithout(without: readonly number[]): ConfidenceScore {
  const excluded = new Set(without);
  return ({ plain, token }) => {
    if (excluded.has(token)) return 0;
    let rest = 0;
    for (let v = 0; v < plain.length; v++) if (!excluded.has(v)) rest += plain[v];
    return Math.fround(plain[token] / rest);
  };
}

/**
 * Whether a position's score follows from its distribution alone, so that equal canvases have it in common:
 * no draw has a say in it, nor in the token that it is of.
 */
export function isOfDistribution({ remasking, temperature, postponed }: DecodeConfig): boolean {
  if (remasking === "random" || postponed !== undefined) return false;
  const ofToken = remasking === "probability" || remasking === "probability-untempered";
  return !ofToken || temperature === 0;
}

/** The score that a configuration names. */
export function scoreOf(remasking: Remasking): ConfidenceScore {
  switch (remasking) {
    case "probability":
      return ({ filtered, token }) => filtered[token];
    case "probability-untempered":
      return ({ plain, token }) => plain[token];
    case "margin":
      return ({ filteredSummary }) => filteredSummary.top1 - filteredSummary.top2;
    case "neg-entropy":
      return ({ filteredSummary }) => filteredSummary.negEntropy;
    case "neg-entropy-untempered":
      return ({ plainSummary }) => plainSummary.negEntropy;
    case "random":
      return (_, rng) => rng.uniform();
  }
}
