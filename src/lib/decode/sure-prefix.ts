/**
 * Policies that commit as many of the surest positions of a block as their rule
 * allows, at least one, until the block is full: how many steps that takes is
 * an outcome. A rule sees the scores in falling order and says how many.
 */
import type { DecodeConfig } from "./types.js";
import { chooseHighest, currentBlock, type UnmaskingPolicy } from "./policy.js";
import { keepSpacing } from "./spacing.js";

export function surePrefixPolicy(
  { blockLength, completionLength, tieRule }: DecodeConfig,
  countOf: (falling: readonly number[]) => number,
  spacing: { readonly spacing: number; readonly minGap: number },
): UnmaskingPolicy {
  const length = blockLength ?? completionLength;
  return ({ masked, scores }, rng) => {
    const candidates = currentBlock(masked, length);
    const falling = candidates.map(p => scores[p]).sort((a, b) => b - a);
    const choice = chooseHighest(candidates, scores, Math.max(1, countOf(falling)), tieRule, rng);
    return spacing.spacing === 0 ? choice : keepSpacing(choice, scores, length, spacing);
  };
}
