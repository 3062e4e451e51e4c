/**
 * Absorbing diffusion with the linear schedule alpha_t = 1 - t (DiffuCoder §2.1, A.1): at mask ratio t each
 * token is replaced by the mask token independently with probability t.
 */
import type { Rng } from "../core/rng.js";

/** Smallest mask ratio: 1/t must stay finite (the public training code of the family uses 1e-3). */
export const minMaskRatio = 1e-3;

/**
 * One mask ratio a sequence, stratified over the batch: sequence b's lies in the b-th of B equal parts of
 * (minMaskRatio, 1], in shuffled order. Marginally uniform, and of lower variance than independent draws.
 */
export function stratifiedRatios(batch: number, rng: Rng): Float32Array {
  const parts = rng.shuffle(Array.from({ length: batch }, (_, b) => b));
  return Float32Array.from(
    parts,
    part => minMaskRatio + (1 - minMaskRatio) * ((part + 1 - rng.uniform()) / batch),
  );
}

/**
 * Replace tokens by the mask token.
 * @param ids [T] clean tokens
 * @param maskable [T] 1 where a token may be masked (all of them: unconditional; the completion: conditional, stage III)
 * @returns noised ids [T] and masked [T] (1 where the token was replaced)
 */
export function maskTokens(
  ids: Int32Array,
  maskable: Uint8Array,
  t: number,
  maskTokenId: number,
  rng: Rng,
): { noised: Int32Array; masked: Uint8Array } {
  const noised = ids.slice();
  const masked = new Uint8Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    if (maskable[i] === 1 && rng.uniform() < t) {
      noised[i] = maskTokenId;
      masked[i] = 1;
    }
  }
  return { noised, masked };
}
