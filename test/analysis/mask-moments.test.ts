/** Exact moments against closed forms for two tokens, and against the estimator itself under every mask. */
import { describe, expect, it } from "vitest";
import {
  estimateVariance,
  expectedEstimate,
  expectedWeight,
  maskMoments,
  predictedReduction,
} from "../../src/lib/analysis/mask-moments.js";
import { estimateFrom } from "../../src/lib/rl/masked-logps.js";
import { coupledPair, decoupledPair } from "../../src/lib/rl/mask-pairs.js";
import { coupledRatioRange, pairedPasses } from "../../src/lib/rl/mask-passes.js";

/** E[1/t] for t ~ U(0.2, 0.8) */
const inverse = Math.log(4) / 0.6;
/** Var(t) */
const spread = 0.6 ** 2 / 12;

/** Two tokens: the first is -1 given the second, -3 without it; the second -2 either way. */
const two = { tokens: 2, logps: [0, 0, -1, 0, 0, -2, -3, -2] };
const moments = maskMoments(two, coupledRatioRange);

describe("moments of two tokens", () => {
  it("the mean is that over both masks that hold a token, equally often as t is even around 1/2", () => {
    expect([...moments.fullMask]).toEqual([-3, -2]);
    expect(moments.mean[0]).toBeCloseTo((-1 - 3) / 2, 8);
    expect(moments.mean[1]).toBeCloseTo(-2, 8);
  });

  it("the square is that of log p over t: E[(1-t) a^2 / t + b^2]", () => {
    expect(moments.square[0]).toBeCloseTo(1 * (inverse - 1) + 9, 6);
    expect(moments.square[1]).toBeCloseTo(4 * inverse, 6);
  });

  it("the product is E[mu(t) mu(1-t)], v^2 only where mu does not depend on t", () => {
    const mixed = 0.25 - spread; // E[t (1-t)]
    expect(moments.product[0]).toBeCloseTo(mixed * (1 + 9) + (1 - 2 * mixed) * 3, 8);
    expect(moments.product[0]).not.toBeCloseTo(4, 2);
    expect(moments.product[1]).toBeCloseTo(4, 8);
  });

  it("a token that no context helps: coupling saves v^2 / 2, the rest is due to 1/t alone", () => {
    expect(estimateVariance("coupled", moments, 1, 1)).toBeCloseTo((2 * 4 * inverse - 16) / 4, 6);
    const saved = estimateVariance("de-coupled", moments, 1, 1) - estimateVariance("coupled", moments, 1, 1);
    expect(saved).toBeCloseTo(predictedReduction(4, 1), 6);
    expect(predictedReduction(4, 1)).toBe(4 / 2);
  });
});

describe("the estimator under every mask and t", () => {
  /** Mean and variance of one token's estimate by adding up all cases, t on a fine grid. */
  function allCases(kind: "coupled" | "de-coupled", token: number): { mean: number; variance: number } {
    const [low, high] = coupledRatioRange;
    const [grid, sets] = [400, [0, 1, 2, 3]];
    const draws = (set: number) => [0, 1].map(k => ((set >> k) & 1 ? 0 : 0.999)); // 0 lies below every t
    const chance = (set: number, t: number) => [0, 1].reduce((p, k) => p * ((set >> k) & 1 ? t : 1 - t), 1);
    let [mean, square] = [0, 0];
    for (let i = 0; i < grid; i++) {
      const t = low + ((high - low) * (i + 0.5)) / grid;
      for (const a of sets)
        for (const b of kind === "coupled" ? [a] : sets) {
          const pair = kind === "coupled" ? coupledPair(draws(a), t) : decoupledPair(draws(a), draws(b), t);
          const passes = pairedPasses(2, [pair]);
          const estimate = estimateFrom(passes, pass => {
            const [x, y] = passes.passes[pass].masked;
            return two.logps.slice(2 * (x + 2 * y), 2 * (x + 2 * y) + 2);
          })[token];
          const p = (chance(a, t) * (kind === "coupled" ? 1 : chance(b, 1 - t))) / grid;
          mean += p * estimate;
          square += p * estimate ** 2;
        }
    }
    return { mean, variance: square - mean ** 2 };
  }

  it.each([
    ["coupled", 0],
    ["coupled", 1],
    ["de-coupled", 0],
    ["de-coupled", 1],
  ] as const)("%s, token %i: has the enumerated expectation and variance", (kind, token) => {
    const { mean, variance } = allCases(kind, token);
    // the grid's midpoint rule is off by 1e-5 of 1/t, the float32 weights by 1e-7
    expect(mean).toBeCloseTo(expectedEstimate(moments.fullMask[token], moments.mean[token], 1), 4);
    expect(variance).toBeCloseTo(estimateVariance(kind, moments, token, 1), 3);
  });

  it("its weights sum to 1.5 with one pair on average, 5/3 and 9/5 with two and four", () => {
    expect([1, 2, 4].map(expectedWeight)).toEqual([1.5, 5 / 3, 9 / 5]);
  });
});
