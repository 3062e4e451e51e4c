import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { maskTokens, minMaskRatio, stratifiedRatios } from "../../src/lib/diffusion/forward-process.js";

const MASK = 9;

describe("the forward process", () => {
  it("replaces each maskable token by the mask independently with probability t", () => {
    const ids = new Int32Array(20_000).fill(5);
    const { noised, masked } = maskTokens(ids, new Uint8Array(20_000).fill(1), 0.3, MASK, Rng.fromSeed(1));
    const share = masked.reduce((a, b) => a + b, 0) / ids.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / ids.length)); // four standard errors
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
