/**
 * Confidence scores: what ranks the masked positions, the highest committed first. Dream and DiffuCoder read theirs
 * from the distribution after temperature and filters, LLaDA from the untempered one: both are here, named.
 */
import type { Rng } from "../core/rng.js";
import type { Remasking } from "./config.js";
import type { Proposal } from "./proposal.js";

/** Higher is surer. Nats for the entropies, probabilities for the others. */
export type ConfidenceScore = (proposal: Proposal, rng: Rng) => number;

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
