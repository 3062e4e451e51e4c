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
 * @param maskable [T] 1 where a token may be masked (all of
 *   them: unconditional; the completion: conditional, stage III)
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

/**
 * Numbers of masks for estimates of the bound: `draws` whole numbers from 1 to `length`, one out of each of
 * as many equal parts. With n of `length` tokens masked, n uniform, the mean cross-entropy of the masked ones
 * is an unbiased estimate of the bound per token: the integral over t of L_t is the mean over n (integrate
 * 1/t against the binomial), so that no t near 0 blows up and none is cut off. LLaDA (arXiv 2502.09992)
 * evaluates by the same form [S]; even spreading is ours [R].
 */
export function stratifiedCounts(length: number, draws: number, rng: Rng): number[] {
  return Array.from({ length: draws }, (_, d) => Math.ceil((length * (d + 1 - rng.uniform())) / draws));
}

/** Replace `count` of the given positions, drawn without replacement, by the mask token; `masked` ascends. */
export function maskSome(
  ids: Int32Array,
  positions: readonly number[],
  count: number,
  maskTokenId: number,
  rng: Rng,
): { noised: Int32Array; masked: number[] } {
  const masked = rng
    .shuffle([...positions])
    .slice(0, count)
    .sort((a, b) => a - b);
  const noised = ids.slice();
  for (const p of masked) noised[p] = maskTokenId;
  return { noised, masked };
}
