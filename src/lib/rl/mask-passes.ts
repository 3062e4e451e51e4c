/**
 * Mask estimators as data. Each is a list of forward passes over a noised completion, and a token's
 * log-probability is estimated from the passes that masked it: sum over passes of weight x log p, divided by
 * a constant (DiffuCoder §5, Eq. 4; where the paper averages losses, its code averages log-probabilities, the
 * opposite sign). The masks cover all completion tokens, those after the end token too: the loss drops them
 * later.
 */
import type { Rng } from "../core/rng.js";

/** One forward pass over one completion. */
export interface MaskPass {
  /** [C] 1 where the token is replaced by the mask, and so scored by this pass */
  readonly masked: Uint8Array;
  /** factor of a scored token's log-probability */
  readonly weight: number;
  /** [P] 1 where a prompt token is hidden too (d1); absent where none is */
  readonly promptMasked?: Uint8Array;
}

export interface MaskPasses {
  readonly passes: readonly MaskPass[];
  /** the weighted sum is divided by it */
  readonly divisor: number;
}

/** One mask ratio for a whole batch, as in the public code: U(0.2, 0.8) (B.1; A.4 analyses U(0, 1)). */
export const coupledRatioRange = [0.2, 0.8] as const;

/** Uniform draws in [0, 1) for the tokens of a completion [C]. */
export function uniformDraws(completionLength: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: completionLength }, () => rng.uniform());
}

/**
 * Mask M, where the draw lies below t, and its complement: every token is in exactly one. The complement is a
 * negation, not a second comparison, so that no tie is lost. Compared in float32, as the public code does.
 * @param uniforms [C] draws in [0, 1)
 */
export function coupledMasks(uniforms: ArrayLike<number>, t: number): [Uint8Array, Uint8Array] {
  const ratio = Math.fround(t);
  const masked = Uint8Array.from(uniforms, u => (Math.fround(u) < ratio ? 1 : 0));
  return [masked, masked.map(m => 1 - m)];
}

/** Everything masked: what the first decoding step sees, and the one pass that scores every token alike. */
export function fullMaskPass(completionLength: number): MaskPass {
  return { masked: new Uint8Array(completionLength).fill(1), weight: 1 };
}

/** d1 without prompt masking: the all-masked pass alone (arXiv 2504.12216, p = 0). */
export function fullMaskPasses(completionLength: number): MaskPasses {
  return { passes: [fullMaskPass(completionLength)], divisor: 1 };
}

/** A mask [C] and the ratio it was drawn with. */
export interface DrawnMask {
  readonly masked: Uint8Array;
  readonly ratio: number;
}

/**
 * The all-masked pass and lambda pairs of masks, each with
 * weight 1/ratio; the sum is divided by lambda + 1 (A.3).
 */
export function pairedPasses(completionLength: number, pairs: readonly (readonly DrawnMask[])[]): MaskPasses {
  const drawn = pairs.flat().map(({ masked, ratio }) => ({ masked, weight: 1 / ratio }));
  return { passes: [fullMaskPass(completionLength), ...drawn], divisor: pairs.length + 1 };
}

/**
 * Coupled-GRPO with one pair (lambda = 1): the all-masked pass, M with weight 1/t, its complement with
 * 1/(1-t); each token is scored twice, and the sum is divided by two.
 * @param uniforms [C] draws in [0, 1)
 * @param t mask ratio in (0, 1)
 */
export function coupledPasses(uniforms: ArrayLike<number>, t: number): MaskPasses {
  const [masked, complement] = coupledMasks(uniforms, t);
  const pair = [
    { masked, ratio: t },
    { masked: complement, ratio: 1 - t },
  ];
  return pairedPasses(uniforms.length, [pair]);
}

/**
 * The ids a pass sees: prompt and completion with the masked tokens replaced.
 * @param promptIds [P]
 * @param completionIds [C]
 * @returns [P + C]
 */
export function passInput(
  promptIds: ArrayLike<number>,
  completionIds: ArrayLike<number>,
  pass: MaskPass,
  maskTokenId: number,
): Int32Array {
  const noised = (ids: ArrayLike<number>, masked: Uint8Array | undefined) =>
    Int32Array.from(ids, (id, i) => (masked?.[i] === 1 ? maskTokenId : id));
  const ids = new Int32Array(promptIds.length + completionIds.length);
  ids.set(noised(promptIds, pass.promptMasked));
  ids.set(noised(completionIds, pass.masked), promptIds.length);
  return ids;
}

/**
 * The factor of every token in every pass [K, C], divisor
 * included; 0 where the pass does not score the token.
 */
export function passWeights({ passes, divisor }: MaskPasses): Float32Array {
  return Float32Array.from(
    passes.flatMap(({ masked, weight }) => Array.from(masked, m => (m * weight) / divisor)),
  );
}
