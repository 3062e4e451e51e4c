/**
 * The estimators of DiffuCoder's comparison as one value each: coupled (§5), full-mask
 * (d1 with p = 0), d1 (arXiv 2504.12216, prompt tokens masked too), de-coupled (Fig.
 * 7: as many passes, masks not complementary), more pairs (A.3, lambda > 1).
 */
import type { Rng } from "../core/rng.js";
import { coupledPair, decoupledPair, type MaskPair } from "./mask-pairs.js";
import {
  coupledRatioRange,
  fullMaskPasses,
  pairedPasses,
  uniformDraws,
  type MaskPasses,
} from "./mask-passes.js";

/**
 * Masks beside the all-masked pass: a mask and its complement, two drawn apart with the same ratios, or none.
 */
export const maskSchemes = ["coupled", "independent", "full"] as const;
export type MaskScheme = (typeof maskSchemes)[number];

export interface MaskEstimator {
  readonly masks: MaskScheme;
  /** lambda, pairs of masks; without meaning under "full" */
  readonly maskPairs: number;
  /** share of the prompt's tokens that every pass of a completion hides, the same in all of them */
  readonly promptMaskShare: number;
}

/** How long a prompt and its completion are, in tokens. */
export interface Lengths {
  readonly prompt: number;
  readonly completion: number;
}

/**
 * Fresh masks for a batch of completions. One ratio a pair serves the whole
 * batch, as in the public code. With one `rng` the schemes share their first
 * masks and their prompt masks: they differ in what tells them apart alone.
 */
export function drawPasses(
  { masks, maskPairs, promptMaskShare }: MaskEstimator,
  completions: readonly Lengths[],
  rng: Rng,
): MaskPasses[] {
  const [low, high] = coupledRatioRange;
  const ratios = Array.from(
    { length: masks === "full" ? 0 : maskPairs },
    (_, pair) => low + (high - low) * rng.split("ratio").split(pair).uniform(),
  );
  return completions.map(({ prompt, completion }, b) => {
    const draws = rng.split("mask").split(b);
    const drawn =
      masks === "full"
        ? fullMaskPasses(completion)
        : pairedPasses(
            completion,
            ratios.map((t, pair) => maskPair(masks, t, completion, draws.split(pair))),
          );
    if (promptMaskShare === 0) return drawn;
    const uniforms = uniformDraws(prompt, rng.split("prompt mask").split(b));
    const promptMasked = Uint8Array.from(uniforms, u => (u < promptMaskShare ? 1 : 0));
    return { ...drawn, passes: drawn.passes.map(pass => ({ ...pass, promptMasked })) };
  });
}

function maskPair(masks: "coupled" | "independent", t: number, completion: number, rng: Rng): MaskPair {
  const first = uniformDraws(completion, rng.split("first"));
  if (masks === "coupled") return coupledPair(first, t);
  return decoupledPair(first, uniformDraws(completion, rng.split("second")), t);
}
