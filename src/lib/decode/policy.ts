/**
 * Unmasking policies: which of the masked positions are committed at a step. A policy is a plain function of
 * the state of one sample; a new decoding method is a new policy, not a new loop.
 */
import type { TieRule } from "../core/records.js";
import type { Rng } from "../core/rng.js";
import type { DecodeConfig } from "./types.js";
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
  /** positions masked before the first step, ascending; absent: all of them */
  readonly initial?: readonly number[];
}

export interface Choice {
  /** positions to commit now; where they are drawn one after another, in that order */
  readonly positions: readonly number[];
  /** candidates there were; a choice was made when some but not all are committed */
  readonly candidates: number;
  /** equal scores stood on both sides of the cut */
  readonly tied: boolean;
  /**
   * nothing is committed after this step, whatever is still masked; absent: as long as something is masked
   */
  readonly last?: boolean;
}

export type UnmaskingPolicy = (state: UnmaskingState, rng: Rng) => Choice;

/**
 * Commit the quota's surest positions up to the end of the current block (the whole completion without
 * blocks). A position that an earlier block left masked is still a candidate, as in LLaDA's code.
 */
export function quotaPolicy(config: DecodeConfig): UnmaskingPolicy {
  const { tieRule, algTemperature = 0 } = config;
  return (state, rng) => {
    const { candidates, count } = quotaAt(state, config);
    return algTemperature > 0
      ? drawByScore(candidates, state.scores, count, algTemperature, rng)
      : chooseHighest(candidates, state.scores, count, tieRule, rng);
  };
}

/** The positions of which a step may commit, and how many it does. */
export function quotaAt({ step, steps, masked }: UnmaskingState, config: DecodeConfig) {
  const { end, length, localStep, localSteps } = blockAt(step, steps, config);
  const candidates = masked.filter(p => p < end);
  const count =
    config.quota === "dream"
      ? dreamQuota(candidates.length, localStep, localSteps)
      : lladaQuota(length, localStep, localSteps);
  return { candidates, count };
}

/**
 * The masked positions of the block of the leftmost one:
 * blocks are finished left to right, in however many steps.
 */
export function currentBlock(masked: readonly number[], length: number): readonly number[] {
  const end = (Math.floor(masked[0] / length) + 1) * length;
  return masked.filter(p => p < end);
}

/** Each masked position of the block with the step's probability, whatever its score (Dream's "origin"). */
export function originPolicy(config: DecodeConfig): UnmaskingPolicy {
  return ({ step, steps, masked }, rng) => {
    const { end, localStep, localSteps } = blockAt(step, steps, config);
    const candidates = masked.filter(p => p < end);
    const probability = dreamRevealProbability(localStep, localSteps);
    return {
      positions: candidates.filter(() => rng.uniform() < probability),
      candidates: candidates.length,
      tied: false,
    };
  };
}

/**
 * The block of a step: where it ends (exclusive), its
 * length, and the step's place among the block's own steps.
 */
export function blockAt(
  step: number,
  steps: number,
  { completionLength, blockLength }: Pick<DecodeConfig, "completionLength" | "blockLength">,
) {
  const length = blockLength ?? completionLength;
  const localSteps = steps / (completionLength / length);
  const block = Math.floor(step / localSteps);
  return { end: (block + 1) * length, length, localStep: step - block * localSteps, localSteps };
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

/**
 * `count` candidates drawn one after another without replacement, each with weight exp(score / temperature)
 * (Dream's alg_temp; the Plackett-Luce law). The highest of score / temperature + Gumbel noise are such a
 * draw, from the highest down, and no weight can underflow.
 * @returns the positions in the order drawn
 */
export function drawByScore(
  candidates: readonly number[],
  scores: Float32Array,
  count: number,
  temperature: number,
  rng: Rng,
): Choice {
  const keys = new Map(
    candidates.map(p => [p, scores[p] / temperature - Math.log(-Math.log(1 - rng.uniform()))]),
  );
  const ranked = [...candidates].sort((a, b) => (keys.get(b) as number) - (keys.get(a) as number));
  return {
    positions: ranked.slice(0, count),
    candidates: candidates.length,
    tied: false,
  };
}
