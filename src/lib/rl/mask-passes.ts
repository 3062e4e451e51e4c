/**
 * Mask estimators as data. Each is a list of forward passes over a noised completion, and a token's log-probability is
 * estimated from the passes that masked it: sum over passes of weight x log p, divided by a constant
 * (DiffuCoder §5, Eq. 4; where the paper averages losses, its code averages log-probabilities, the opposite sign).
 * The masks cover all completion tokens, those after the end token too: the loss drops them later.
 */
import type { Rng } from "../core/rng.js";

/** One forward pass over one completion. */
export interface MaskPass {
  /** [C] 1 where the token is replaced by the mask, and so scored by this pass */
  readonly masked: Uint8Array;
  /** factor of a scored token's log-probability */
  readonly weight: number;
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

/** Two passes whose ratios are t and 1 - t; each scores what it masks with the weight 1 / ratio. */
export type PassPair = readonly [MaskPass, MaskPass];

/**
 * M and its complement: the pair scores every token exactly once.
 * @param uniforms [C] draws in [0, 1)
 * @param t mask ratio in (0, 1)
 */
export function coupledPair(uniforms: ArrayLike<number>, t: number): PassPair {
  const [masked, complement] = coupledMasks(uniforms, t);
  return [
    { masked, weight: 1 / t },
    { masked: complement, weight: 1 / (1 - t) },
  ];
}

/**
 * The de-coupled variant (§5, Fig. 7): ratios and weights as in the coupled pair, but masks drawn one without the other,
 * so that a token may be scored twice or not at all. Each mask alone is distributed as in the coupled pair.
 * @param uniforms,others [C] draws in [0, 1), independent of each other
 */
export function decoupledPair(uniforms: ArrayLike<number>, others: ArrayLike<number>, t: number): PassPair {
  return [coupledPair(uniforms, t)[0], coupledPair(others, t)[1]];
}

/**
 * lambda pairs: the all-masked pass and those of every pair, divided by lambda + 1 (Eq. 4). That is no weighted mean:
 * the weights of a token sum to (1 + 2 lambda) / (lambda + 1) on average.
 */
export function pairedPasses(pairs: readonly PassPair[]): MaskPasses {
  const whole = fullMaskPass(pairs[0][0].masked.length);
  return { passes: [whole, ...pairs.flat()], divisor: pairs.length + 1 };
}

/** Coupled-GRPO as in the public code, lambda = 1: the all-masked pass, M and its complement, divided by two. */
export function coupledPasses(uniforms: ArrayLike<number>, t: number): MaskPasses {
  return pairedPasses([coupledPair(uniforms, t)]);
}

/**
 * The ids a pass sees: prompt, then the completion with the masked tokens replaced.
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
  const noised = Int32Array.from(completionIds, (id, i) => (pass.masked[i] === 1 ? maskTokenId : id));
  const ids = new Int32Array(promptIds.length + noised.length);
  ids.set(Array.from(promptIds));
  ids.set(noised, promptIds.length);
  return ids;
}

/** The factor of every token in every pass [K, C], divisor included; 0 where the pass does not score the token. */
export function passWeights({ passes, divisor }: MaskPasses): Float32Array {
  return Float32Array.from(
    passes.flatMap(({ masked, weight }) => Array.from(masked, m => (m * weight) / divisor)),
  );
}
