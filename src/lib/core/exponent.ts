/**
 * How exp(d) of a difference d of estimates is taken in ratio and k3. The estimates carry weights of up to 3
 * (1/t inside), so d can be large. "public": as the released code, which overflows float32 from d = 89.
 * "bounded": beyond `exponentBound` along the tangent there. A clamp would be bounded too, but would end the
 * pull towards the reference just where the policy is farthest from it; the tangent keeps its slope.
 */
export const exponentKinds = ["public", "bounded"] as const;
export type ExponentKind = (typeof exponentKinds)[number];

/**
 * Nats: a ratio of 7.4, five times the upper clip of the public
 * recipe. No slope of the bounded exp is steeper than that.
 */
export const exponentBound = 2;

/**
 * exp(d), or beyond the bound c its tangent exp(c) (1 + d
 * - c): continuous with its slope, finite for finite d.
 */
export function exponentialOf(difference: number, kind: ExponentKind): number {
  if (kind === "public") return Math.exp(difference);
  const within = Math.min(difference, exponentBound);
  return Math.exp(within) * (1 + difference - within);
}
