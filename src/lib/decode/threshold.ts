/**
 * Confidence-threshold parallel decoding (Fast-dLLM, arXiv 2505.22618 [P], its public code [C]): in a block
 * every position whose token is sure enough is committed, and always the surest one. Defaults of the paper:
 * tau 0.9 in blocks of 32; here the block is the configuration's. The confidence is that of the proposed
 * token, as in the code; the paper writes the largest probability, which at temperature 0 is the same.
 */
import type { NamedPolicy } from "./named-policy.js";
import { spacingParameters } from "./spacing.js";
import { surePrefixPolicy } from "./sure-prefix.js";

const scores = ["probability-untempered", "probability"] as const;

const thresholdParameters = {
  tau: { default: 0.9, min: 0, max: 1, description: "probability at which a token is committed" },
  ...spacingParameters,
} as const;

export const threshold: NamedPolicy<typeof thresholdParameters> = {
  summary: "every token of at least this probability at once",
  scores,
  parameters: thresholdParameters,
  endsItself: true,
  create: (config, { tau, ...spacing }) =>
    surePrefixPolicy(config, falling => countAbove(falling, tau), spacing),
};

/** How many reach tau. As float32, the scores' own precision: 0.9 must reach 0.9. */
export function countAbove(falling: readonly number[], tau: number): number {
  const bound = Math.fround(tau);
  const below = falling.findIndex(score => score < bound);
  return below < 0 ? falling.length : below;
}

const factorParameters = {
  factor: { default: 1, min: 0, description: "1 is the condition of the theorem; more is bolder" },
  ...spacingParameters,
} as const;

/**
 * The factor variant of later releases, as read in public code [C]: the more at once, the surer each must be.
 */
export const factor: NamedPolicy<typeof factorParameters> = {
  summary: "the r-th surest token goes along if its probability is at least 1 - factor / (r + 1)",
  scores,
  parameters: factorParameters,
  endsItself: true,
  create: (config, { factor: f, ...spacing }) =>
    surePrefixPolicy(config, falling => countByFactor(falling, f), spacing),
};

/**
 * The longest prefix whose r-th score, r from 1, is at least 1 - factor / (r
 * + 1); the first always counts. At factor 1 this is (n + 1) eps <= 1, under
 * which the most probable tokens of the product are those of the joint [P].
 */
export function countByFactor(falling: readonly number[], f: number): number {
  const below = falling.findIndex((score, i) => i > 0 && score < 1 - f / (i + 2));
  return below < 0 ? falling.length : below;
}
