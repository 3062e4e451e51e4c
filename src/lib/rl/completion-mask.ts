/** Which tokens of a completion count: up to and including the first end token, all of them without one. */

/**
 * @param completionIds [C]
 * @returns [C] 1 where a token counts in losses and means, 0 after the first end token
 */
export function completionMask(completionIds: ArrayLike<number>, eosTokenId: number): Uint8Array {
  const mask = new Uint8Array(completionIds.length);
  for (let i = 0; i < completionIds.length; i++) {
    mask[i] = 1;
    if (completionIds[i] === eosTokenId) break;
  }
  return mask;
}
