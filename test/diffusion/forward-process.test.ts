import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import {
  maskSome,
  maskTokens,
  minMaskRatio,
  stratifiedCounts,
  stratifiedRatios,
} from "../../src/lib/diffusion/forward-process.js";

const MASK = 9;

describe("the forward process", () => {
  it("replaces each maskable token by the mask independently with probability t", () => {
    const ids = new Int32Array(20_000).fill(5);
    const { noised, masked } = maskTokens(ids, new Uint8Array(20_000).fill(1), 0.3, MASK, Rng.fromSeed(1));
    const share = masked.reduce((a, b) => a + b, 0) / ids.length;
    // four standard errors
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / ids.length));
    noised.forEach((id, i) => expect(id).toBe(masked[i] === 1 ? MASK : 5));
  });

  it("masks everything at t = 1 and never what is not maskable", () => {
    const { noised, masked } = maskTokens(
      Int32Array.of(1, 2, 3, 4),
      Uint8Array.of(0, 1, 0, 1),
      1,
      MASK,
      Rng.fromSeed(1),
    );
    expect([...noised]).toEqual([1, MASK, 3, MASK]);
    expect([...masked]).toEqual([0, 1, 0, 1]);
  });

  it("draws one ratio from each of B equal parts of (0, 1]", () => {
    const ratios = [...stratifiedRatios(8, Rng.fromSeed(2))].sort((a, b) => a - b);
    ratios.forEach((t, b) => {
      expect(t).toBeGreaterThanOrEqual(minMaskRatio + ((1 - minMaskRatio) * b) / 8 - 1e-6);
      expect(t).toBeLessThanOrEqual(minMaskRatio + ((1 - minMaskRatio) * (b + 1)) / 8 + 1e-6);
    });
  });
});

describe("estimates of the bound by numbers of masks", () => {
  it("draw one number from each equal part, each number as often as the others", () => {
    const times = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const counts = stratifiedCounts(5, 4, Rng.fromSeed(seed));
      expect([...counts].sort((a, b) => a - b)).toEqual(counts);
      for (const count of counts) times[count - 1]++;
    }
    // 8,000 draws, a fifth each; strata make the spread smaller than the binomial's.
    for (const n of times) expect(Math.abs(n / 8000 - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 8000));
  });

  it("mask so many of the positions and no others", () => {
    const ids = Int32Array.of(1, 2, 3, 4, 5, 6);
    const { noised, masked } = maskSome(ids, [1, 2, 4], 2, MASK, Rng.fromSeed(3));
    expect(masked.length).toBe(2);
    masked.forEach(p => expect([1, 2, 4]).toContain(p));
    expect([...noised]).toEqual([...ids].map((id, p) => (masked.includes(p) ? MASK : id)));
  });

  it("have the expectation of the bound weighted by 1/t: three tokens, every mask enumerated", () => {
    /** Cross-entropy of token i under a mask, any numbers: a model is a table of them. */
    const loss = (i: number, mask: number) => 0.3 + 0.2 * i + 0.17 * ((mask * 7 + i * 3) % 5);
    const masks = [1, 2, 3, 4, 5, 6, 7].map(mask => ({
      mask,
      size: [0, 1, 2].filter(i => (mask >> i) & 1).length,
      sum: [0, 1, 2].filter(i => (mask >> i) & 1).reduce((sum, i) => sum + loss(i, mask), 0),
    }));
    // The integral over t of (1/t) t^n (1 - t)^(3 - n) by
    // the midpoint rule; a polynomial, as n is at least 1.
    const steps = 20_000;
    const integral = (n: number) => {
      let total = 0;
      for (let s = 0; s < steps; s++)
        total += ((s + 0.5) / steps) ** (n - 1) * (1 - (s + 0.5) / steps) ** (3 - n);
      return total / steps;
    };
    const byRatio = masks.reduce((total, { size, sum }) => total + integral(size) * sum, 0) / 3;
    const choices = [1, 3, 3, 1];
    const byCount = masks.reduce((total, { size, sum }) => total + sum / size / choices[size] / 3, 0);
    expect(byCount).toBeCloseTo(byRatio, 6);
  });
});
