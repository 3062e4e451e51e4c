/**
 * Dilated unmasking (DUS, arXiv 2506.19037 [S]; schedule and skip rule as in its public code [C], one
 * departure): a block is revealed coarse to fine, a round a step, far-apart positions together, whatever the
 * model says. With the skip rule a position whose token is less probable than theta is put off. The public
 * code never comes back to those and leaves them masked; here they join the next round, and the last round
 * reveals all [R], so that the number of rounds stays.
 */
import { UserError } from "../core/errors.js";
import type { DecodeConfig } from "./types.js";
import type { NamedPolicy } from "./named-policy.js";
import type { UnmaskingPolicy } from "./policy.js";

const parameters = {
  base: {
    default: 2,
    min: 2,
    whole: true,
    description: "each round's stride is the last one's divided by this",
  },
  skip: { default: 1, min: 1, whole: true, description: "the first stride is block / base^skip" },
  theta: {
    default: 0,
    min: 0,
    max: 1,
    description: "tokens less probable wait for the next round (public code 0.3); 0 lets none wait",
  },
} as const;

export const dilated: NamedPolicy<typeof parameters> = {
  summary: "far-apart positions together, coarse to fine, by a fixed schedule",
  scores: ["probability-untempered", "probability"],
  parameters,
  endsItself: true,
  create: dilatedPolicy,
};

/**
 * The rounds of a block as the public code makes them [C], positions 0-based: strides from floor(length /
 * base^skip) down, each divided by base while it is 1 or more; what is left makes a last round; a last round
 * smaller than the one before it is merged into that. It differs from the paper's formula, `dilatedRounds`,
 * where the block is no power of the base.
 * @throws UserError where the first stride would be below 1
 */
export function dilatedSchedule(length: number, base: number, skip = 1): number[][] {
  const first = Math.floor(length / base ** skip);
  if (first < 1 && length > 1)
    throw new UserError(
      `decode: a dilated block of ${length} has no stride ${base}^-${skip} of it; lower base or skip, ` +
        "or take longer blocks.",
    );
  const left = new Set(Array.from({ length }, (_, p) => p));
  const rounds: number[][] = [];
  for (let stride = first; stride >= 1; stride = Math.floor(stride / base)) {
    const round = [...left].filter(p => p % stride === 0);
    for (const p of round) left.delete(p);
    if (round.length > 0) rounds.push(round);
  }
  if (left.size > 0) rounds.push([...left]);
  const [before, last] = rounds.slice(-2);
  if (rounds.length > 1 && last.length < before.length) rounds.splice(-2, 2, [...before, ...last]);
  return rounds;
}

function dilatedPolicy(
  { blockLength, completionLength }: DecodeConfig,
  { base, skip, theta }: { readonly base: number; readonly skip: number; readonly theta: number },
): UnmaskingPolicy {
  const length = blockLength ?? completionLength;
  const rounds = dilatedSchedule(length, base, skip);
  const roundOf = new Map(rounds.flatMap((round, i) => round.map(p => [p, i] as const)));
  const bound = Math.fround(theta); // the scores' own precision
  return ({ step, masked, scores }) => {
    const block = Math.floor(step / rounds.length);
    const round = step % rounds.length;
    const candidates = masked.filter(p => Math.floor(p / length) === block);
    const due = candidates.filter(p => (roundOf.get(p % length) as number) <= round);
    const positions = round === rounds.length - 1 ? due : due.filter(p => scores[p] >= bound);
    return { positions, candidates: candidates.length, tied: false };
  };
}
