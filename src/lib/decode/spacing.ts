/**
 * The spacing filter (arXiv 2506.19037 §4.4, as in its public code [C]): of the positions that a policy
 * chose, best first, one is committed only if it lies far enough from every accepted one; the others wait.
 * The gap shrinks as the block fills, but not below 2 in the code, so that neighbours never go together; the
 * paper's prose lets it relax to 1 [S]. Both here.
 */
import type { Choice } from "./policy.js";

/** The parameters of policies that can be filtered; `spacing` 0 filters nothing. */
export const spacingParameters = {
  spacing: {
    default: 0,
    min: 0,
    whole: true,
    description: "gap of a fresh block between positions committed together (public code 8); 0 is no filter",
  },
  minGap: {
    default: 2,
    min: 1,
    whole: true,
    description:
      "the gap never falls below this; 2 keeps neighbours apart, 1 lets them go together at the end",
  },
} as const;

/** max(minGap, floor(masked * start / length)): the gap while `masked` of a block's positions are left. */
export function spacingGap(masked: number, length: number, start: number, minGap: number): number {
  return Math.max(minGap, Math.floor((masked * start) / length));
}

/**
 * Those of `positions`, best first, that lie `gap` or more
 * from every one accepted before. The first always does.
 */
export function keepApart(positions: readonly number[], gap: number): number[] {
  const accepted: number[] = [];
  for (const p of positions) if (accepted.every(q => Math.abs(p - q) >= gap)) accepted.push(p);
  return accepted;
}

/** A choice from a block of `length`, thinned. Equal scores: the left one first. */
export function keepSpacing(
  choice: Choice,
  scores: Float32Array,
  length: number,
  { spacing, minGap }: { readonly spacing: number; readonly minGap: number },
): Choice {
  const gap = spacingGap(choice.candidates, length, spacing, minGap);
  const best = [...choice.positions].sort((a, b) => scores[b] - scores[a] || a - b);
  return { ...choice, positions: keepApart(best, gap).sort((a, b) => a - b) };
}
