/**
 * The two masks of one pair, coupled or drawn one without the other; each alone is distributed alike in both.
 */
import { coupledMasks, type DrawnMask } from "./mask-passes.js";

export type MaskPair = readonly [DrawnMask, DrawnMask];

/**
 * M at ratio t and its complement at 1 - t: the pair scores every token exactly once.
 * @param uniforms [C] draws in [0, 1)
 * @param t mask ratio in (0, 1)
 */
export function coupledPair(uniforms: ArrayLike<number>, t: number): MaskPair {
  const [masked, complement] = coupledMasks(uniforms, t);
  return [
    { masked, ratio: t },
    { masked: complement, ratio: 1 - t },
  ];
}

/**
 * The de-coupled variant (DiffuCoder §5, Fig. 7): the same
 * ratios, but a token may be scored twice or not at all.
 * @param uniforms,others [C] draws in [0, 1), independent of each other
 */
export function decoupledPair(uniforms: ArrayLike<number>, others: ArrayLike<number>, t: number): MaskPair {
  const [first] = coupledPair(uniforms, t);
  return [first, { masked: coupledMasks(others, 1 - t)[0], ratio: 1 - t }];
}
