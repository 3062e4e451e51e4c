/**
 * Masks, weights and the tokens that count. Agreement with the public code:
 * test/reference/check-reference.test.ts.
 */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { completionMask } from "../../src/lib/rl/completion-mask.js";
import { coupledPair, decoupledPair } from "../../src/lib/rl/mask-pairs.js";
import {
  coupledMasks,
  coupledPasses,
  fullMaskPasses,
  pairedPasses,
  passInput,
  passWeights,
  uniformDraws,
} from "../../src/lib/rl/mask-passes.js";
import { paperMaskSchedule, publicMaskSchedule } from "../../src/lib/rl/mask-schedule.js";

describe("completion mask", () => {
  it("counts up to and including the first end token, and everything without one", () => {
    expect([...completionMask([7, 2, 7, 2], 2)]).toEqual([1, 1, 0, 0]);
    expect([...completionMask([7, 7], 2)]).toEqual([1, 1]);
    expect([...completionMask([], 2)]).toEqual([]);
  });
});

describe("coupled masks", () => {
  it("partition the completion, a draw equal to the ratio included", () => {
    const [masked, complement] = coupledMasks([0.1, 0.5, 0.9], 0.5);
    expect([...masked]).toEqual([1, 0, 0]);
    expect([...complement]).toEqual([0, 1, 1]);
  });

  it("score every token twice, with weights 1 and 1/t or 1/(1-t), over 2", () => {
    const weights = passWeights(coupledPasses([0.1, 0.5], 0.25));
    const rows = [0, 1, 2].map(k => [...weights.slice(2 * k, 2 * k + 2)]);
    expect(rows[0]).toEqual([0.5, 0.5]);
    expect(rows[1]).toEqual([2, 0]);
    expect(rows[2][0]).toBe(0);
    expect(rows[2][1]).toBeCloseTo(2 / 3, 6);
  });

  it("weigh a token by (1 + 1/t) / 2 or (1 + 1/(1-t)) / 2: on average 1.5, not 1", () => {
    const rng = Rng.fromSeed(1);
    const n = 2000;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const weights = passWeights(coupledPasses(uniformDraws(1, rng), 0.3));
      sum += weights[0] + weights[1] + weights[2];
    }
    // standard deviation of one draw: (1/0.3 - 1/0.7) / 2 * sqrt(0.3 * 0.7) = 0.44; four standard errors
    expect(Math.abs(sum / n - 1.5)).toBeLessThan((4 * 0.44) / Math.sqrt(n));
  });

  it("are what the passes see", () => {
    const { passes } = coupledPasses([0.1, 0.9], 0.5);
    expect(passes.map(pass => [...passInput([5], [6, 7], pass, 1)])).toEqual([
      [5, 1, 1],
      [5, 1, 7],
      [5, 6, 1],
    ]);
  });
});

describe("more pairs", () => {
  it("are divided by lambda + 1: with two, a token's weights are 1/3 and two of 1/(3t), 1/(3(1-t))", () => {
    const pairs = [0.25, 0.5].map(t => coupledPair([0.3], t));
    // 0.3 is over 0.25, so the first pair masks it in the
    // complement at 0.75, and the second in the mask at 0.5
    const weights = [...passWeights(pairedPasses(1, pairs))];
    expect(weights.map(w => Number(w.toFixed(6)))).toEqual([0.333333, 0, 0.444444, 0.666667, 0]);
  });

  it("de-coupled, have the ratios of the coupled pair, and may mask a token twice or never", () => {
    const [first, second] = decoupledPair([0.1, 0.9, 0.1], [0.1, 0.1, 0.9], 0.25);
    expect([...first.masked]).toEqual([1, 0, 1]); // below 0.25
    expect([...second.masked]).toEqual([1, 1, 0]); // below 0.75
    expect([first.ratio, second.ratio]).toEqual([0.25, 0.75]);
  });
});

describe("the full-mask baseline", () => {
  it("scores every token once, unweighted", () => {
    expect([...passWeights(fullMaskPasses(3))]).toEqual([1, 1, 1]);
  });
});

describe("mask seeds", () => {
  const seeds = (schedule: typeof publicMaskSchedule, accumulation: number, mu: number) =>
    Array.from({ length: 4 }, (_, step) => schedule(step, accumulation, mu).maskSeed);

  it("are not refreshed between the two updates of the published recipe, as its code runs", () => {
    expect(seeds(publicMaskSchedule, 2, 2)).toEqual([1, 0, 1, 0]); // steps 0 and 2 are micro-batch 0
    expect(seeds(paperMaskSchedule, 2, 2)).toEqual([0, 0, 1, 1]);
  });
});
