/**
 * Entropy-bounded sampling (arXiv 2505.24857, as implemented in the public code of
 * DUS [C]): of a block's positions, surest first, the longest prefix is committed
 * whose entropies, the largest left out, sum to no more than gamma. Bits, as there.
 */
import type { NamedPolicy } from "./named-policy.js";
import { spacingParameters } from "./spacing.js";
import { surePrefixPolicy } from "./sure-prefix.js";

const parameters = {
  gamma: { default: 1, min: 0, description: "bits of entropy that tokens committed together may share" },
  ...spacingParameters,
} as const;

export const entropyBounded: NamedPolicy<typeof parameters> = {
  summary: "as many of the surest tokens as their joint entropy bound allows",
  scores: ["neg-entropy-untempered", "neg-entropy"],
  parameters,
  endsItself: true,
  create: (config, { gamma, ...spacing }) =>
    surePrefixPolicy(
      config,
      falling =>
        countWithin(
          falling.map(negEntropy => -negEntropy / Math.LN2),
          gamma,
        ),
      spacing,
    ),
};

/**
 * @param rising entropies in bits, the smallest first: those
 *   before the k-th are all but the largest of a prefix of k
 */
export function countWithin(rising: readonly number[], gamma: number): number {
  let before = 0;
  let count = 1;
  while (count < rising.length && (before += rising[count - 1]) <= gamma) count++;
  return count;
}
