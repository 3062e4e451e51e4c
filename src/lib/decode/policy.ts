/**
 * Unmasking policies: which of the masked positions are committed at a step. A policy is a plain function of the
 * state of one sample; a new decoding method is a new policy, not a new loop.
 */
import type { TieRule } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { DecodeConfig } from "./config.js";
import { dreamQuota, dreamRevealProbability, lladaQuota } from "./quota.js";

/** One sample before a step. */
export interface UnmaskingState {
  /** counted from 0 */
  readonly step: number;
  readonly steps: number;
  readonly completionLength: number;
  /** completion positions still masked, ascending */
  readonly masked: readonly number[];
  /** score of a masked position, by position; higher is surer */
  readonly scores: Float32Array;
}

export interface Choice {
  /** positions to commit now */
  readonly positions: readonly number[];
  /** candidates there were; a choice was made when some but not all are committed */
  readonly candidates: number;
  /** equal scores stood on both sides of the cut */
  readonly tied: boolean;
}

export type UnmaskingPolicy = (state: UnmaskingState, rng: Rng) => Choice;

/** The policy that a configuration names. */
export function policyOf(config: DecodeConfig): UnmaskingPolicy {
  return config.quota === "origin" ? originPolicy(config) : quotaPolicy(config);
}

/** Commit the quota's surest positions of the current block (the whole completion without blocks). */
export function quotaPolicy({
  quota,
  blockLength,
  completionLength,
  tieRule,
}: DecodeConfig): UnmaskingPolicy {
  return ({ step, steps, masked, scores }, rng) => {
    const { start, length, localStep, localSteps } = blockAt(step, steps, completionLength, blockLength);
    const candidates = masked.filter(p => p >= start && p < start + length);
    const last = localStep === localSteps - 1;
    const count =
      quota === "dream"
        ? dreamQuota(candidates.length, localStep, localSteps)
        : last
          ? candidates.length
          : lladaQuota(length, localStep, localSteps);
    return chooseHighest(candidates, scores, count, tieRule, rng);
  };
}

/** Each masked position of the block with the step's probability, whatever its score (Dream's "origin"). */
export function originPolicy({ blockLength, completionLength }: DecodeConfig): UnmaskingPolicy {
  return ({ step, steps, masked }, rng) => {
    const { start, length, localStep, localSteps } = blockAt(step, steps, completionLength, blockLength);
    const candidates = masked.filter(p => p >= start && p < start + length);
    const probability = dreamRevealProbability(localStep, localSteps);
    return {
      positions: candidates.filter(() => rng.uniform() < probability),
      candidates: candidates.length,
      tied: false,
    };
  };
}

function blockAt(step: number, steps: number, completionLength: number, blockLength: number | null) {
  const length = blockLength ?? completionLength;
  const localSteps = steps / (completionLength / length);
  const block = Math.floor(step / localSteps);
  return { start: block * length, length, localStep: step - block * localSteps, localSteps };
}

/** The `count` candidates of highest score; equal scores are decided by the tie rule. */
export function chooseHighest(
  candidates: readonly number[],
  scores: Float32Array,
  count: number,
  tieRule: TieRule,
  rng: Rng,
): Choice {
  const n = Math.min(count, candidates.length);
  if (n === 0 || n === candidates.length)
    return { positions: candidates.slice(0, n), candidates: candidates.length, tied: false };
  const before =
    tieRule === "rightmost"
      ? [...candidates].reverse()
      : tieRule === "random"
        ? rng.shuffle(candidates)
        : [...candidates];
  // Array sort is stable: within equal scores the order prepared above stays.
  const ranked = before.sort((a, b) => scores[b] - scores[a]);
  const tied = scores[ranked[n - 1]] === scores[ranked[n]];
  return { positions: ranked.slice(0, n).sort((a, b) => a - b), candidates: candidates.length, tied };
}
