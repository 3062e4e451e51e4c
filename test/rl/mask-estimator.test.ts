/** Each estimator as the paper tells it: which passes, which masks, and what the variants share. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { drawPasses, type MaskEstimator } from "../../src/lib/rl/mask-estimator.js";
import { passInput, passWeights } from "../../src/lib/rl/mask-passes.js";

const coupled: MaskEstimator = { masks: "coupled", maskPairs: 1, promptMaskShare: 0 };
const lengths = [
  { prompt: 3, completion: 40 },
  { prompt: 200, completion: 40 },
];
const drawn = (estimator: Partial<MaskEstimator>, seed = 1) =>
  drawPasses({ ...coupled, ...estimator }, lengths, Rng.fromSeed(seed));

describe("coupled masks", () => {
  it("are the all-masked pass, a mask, and what it leaves", () => {
    for (const { passes, divisor } of drawn({})) {
      const [all, mask, rest] = passes.map(pass => [...pass.masked]);
      expect(all).toEqual(new Array(40).fill(1));
      expect(mask.map((m, c) => m + rest[c])).toEqual(new Array(40).fill(1));
      expect(divisor).toBe(2);
    }
  });

  it("have one ratio for the whole batch, between 0.2 and 0.8, another one each time", () => {
    const ratiosOf = (seed: number) => drawn({}, seed).map(({ passes }) => 1 / passes[1].weight);
    const ratios = Array.from({ length: 50 }, (_, seed) => ratiosOf(seed));
    for (const [first, second] of ratios) expect(second).toBe(first);
    const seen = ratios.map(([first]) => first);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...seen)).toBeLessThanOrEqual(0.8);
    expect(new Set(seen).size).toBe(50);
  });

  it("with lambda = 2 and 4 make 5 and 9 passes, and every token is scored lambda + 1 times", () => {
    for (const maskPairs of [2, 4]) {
      for (const masks of drawn({ maskPairs })) {
        expect(masks.passes.length).toBe(1 + 2 * maskPairs);
        expect(masks.divisor).toBe(maskPairs + 1);
        const weights = passWeights(masks);
        for (let c = 0; c < 40; c++) {
          const scored = masks.passes.filter((_, k) => weights[k * 40 + c] > 0).length;
          expect(scored).toBe(maskPairs + 1);
        }
      }
    }
  });
});

describe("what an estimator shares with the coupled one under the same seed", () => {
  it("de-coupled: as many passes, the ratios, the first mask; the second mask is no complement", () => {
    drawn({ masks: "independent" }).forEach(({ passes, divisor }, b) => {
      const like = drawn({})[b];
      expect(divisor).toBe(like.divisor);
      expect(passes.map(p => p.weight)).toEqual(like.passes.map(p => p.weight));
      expect(passes[1].masked).toEqual(like.passes[1].masked);
      const twice = passes[1].masked.filter((m, c) => m + passes[2].masked[c] !== 1).length;
      expect(twice).toBeGreaterThan(5); // some tokens are in both masks or in neither
    });
  });

  it("full-mask: the first pass alone, undivided", () => {
    for (const { passes, divisor } of drawn({ masks: "full" })) {
      expect(passes.map(p => [...p.masked])).toEqual([new Array(40).fill(1)]);
      expect(passes[0].weight / divisor).toBe(1);
    }
  });

  it("d1: besides the completion it hides 15% of the prompt, the same tokens in every pass", () => {
    const share = { promptMaskShare: 0.15 };
    const [, { passes }] = drawn({ masks: "full", ...share });
    const hidden = [...(passes[0].promptMasked as Uint8Array)];
    const count = hidden.filter(m => m === 1).length;
    expect(Math.abs(count / 200 - 0.15)).toBeLessThan(4 * Math.sqrt((0.15 * 0.85) / 200));
    const seen = passInput(new Array<number>(200).fill(7), new Array<number>(40).fill(8), passes[0], 9);
    expect([...seen.subarray(0, 200)]).toEqual(hidden.map(m => (m === 1 ? 9 : 7)));
    expect(new Set(seen.subarray(200))).toEqual(new Set([9]));
    for (const pass of drawn(share)[1].passes) expect([...(pass.promptMasked as Uint8Array)]).toEqual(hidden);
  });
});
