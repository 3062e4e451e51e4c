/**
 * A decoding in which a person has a say: at some steps a position and its token are given, and everything
 * before, beside and after is decoded as the configuration says. The same picks give the same trajectory, and
 * what is decoded before the first of them is what would have been decoded without.
 */
import type { DecodeOptions } from "./decode.js";
import { policyOf } from "./policies.js";
import type { Choice, UnmaskingState } from "./policy.js";
import { populationOf, type Population } from "./population.js";
import { samplerOf, type TokenSampler } from "./sampler.js";
import type { DecodeConfig } from "./types.js";

export interface HandPick {
  /** counted from 0 */
  readonly step: number;
  /** in the completion */
  readonly position: number;
  /** its id */
  readonly token: number;
}

/**
 * What `decode` is told beside the configuration. A step with picks commits as many tokens as it would have,
 * the picked ones first; where it would have committed none or fewer, the picked ones alone. A position that
 * is no longer masked is left as it is.
 */
export function byHand(
  picks: readonly HandPick[],
  config: DecodeConfig,
): Required<Pick<DecodeOptions, "policy" | "sampler">> {
  const population = populationOf(policyOf(config));
  const policy: Population = {
    ...population,
    extend: (states, rng) =>
      population
        .extend(states, rng)
        .map((choice, i) => (choice === null ? null : withPicks(choice, states[i], picks))),
  };
  return { policy, sampler: samplerWith(picks, samplerOf(config.temperature)) };
}

function withPicks(choice: Choice, { step, masked }: UnmaskingState, picks: readonly HandPick[]): Choice {
  const own = picks.filter(pick => pick.step === step && masked.includes(pick.position));
  if (own.length === 0) return choice;
  const picked = own.map(({ position }) => position);
  const others = choice.positions.filter(position => !picked.includes(position));
  const left = Math.max(0, choice.positions.length - picked.length);
  return { ...choice, positions: [...picked, ...others.slice(0, left)], tied: false };
}

function samplerWith(picks: readonly HandPick[], otherwise: TokenSampler): TokenSampler {
  return (probs, summary, u, place) => {
    const pick = picks.find(({ step, position }) => step === place.step && position === place.position);
    return pick?.token ?? otherwise(probs, summary, u, place);
  };
}
