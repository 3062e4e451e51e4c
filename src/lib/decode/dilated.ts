/**
 * The dilated unmasking schedule (arXiv 2506.19037): a block is revealed coarse to fine, far-apart positions
 * together, whatever the model says. Positions here are 0-based, in the paper 1-based.
 */
import { UserError } from "../core/errors.js";

/** How many rounds a block of `length` takes: ceil(log_base(length)), in whole numbers. */
export function dilatedRoundCount(length: number, base: number): number {
  let rounds = 0;
  for (let reach = 1; reach < length; reach *= base) rounds++;
  return Math.max(1, rounds);
}

/**
 * The stride of a round counted from 1: floor(length / base^round). Where the block is no power of the base
 * the last one would be 0; it is read as 1, so that the last round reveals what is left.
 */
export function dilatedStride(length: number, base: number, round: number): number {
  return Math.max(1, Math.floor(length / base ** round));
}

/**
 * The positions of every round, ascending; a round may be empty when an earlier one left nothing.
 * @throws UserError for a block without positions or a base below 2
 */
export function dilatedRounds(length: number, base: number): number[][] {
  for (const [name, value, least] of [
    ["block length", length, 1],
    ["base", base, 2],
  ] as const) {
    if (!Number.isInteger(value) || value < least)
      throw new UserError(
        `decode: a dilated schedule with ${name}=${value} is not possible; give ${least} or more.`,
      );
  }
  const revealed = new Set<number>();
  return Array.from({ length: dilatedRoundCount(length, base) }, (_, i) => {
    const stride = dilatedStride(length, base, i + 1);
    const round: number[] = [];
    for (let p = 0; p < length; p += stride) if (!revealed.has(p)) round.push(p);
    for (const p of round) revealed.add(p);
    return round;
  });
}
