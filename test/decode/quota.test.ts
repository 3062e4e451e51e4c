/** Tokens per step by the two public schedules; every case of the reference is in reference.test.ts. */
import { describe, expect, it } from "vitest";
import { dreamQuota, dreamRevealProbability, lladaQuota } from "../../src/lib/decode/quota.js";

function dreamCounts(length: number, steps: number): number[] {
  let masked = length;
  return Array.from({ length: steps }, (_, step) => {
    const n = dreamQuota(masked, step, steps);
    masked -= n;
    return n;
  });
}

describe("LLaDA's schedule", () => {
  it("splits evenly and gives the remainder to the first steps", () => {
    const counts = (length: number, steps: number) =>
      Array.from({ length: steps }, (_, step) => lladaQuota(length, step, steps));
    expect(counts(10, 4)).toEqual([3, 3, 2, 2]);
    expect(counts(8, 3)).toEqual([3, 3, 2]);
    expect(counts(3, 5)).toEqual([1, 1, 1, 0, 0]);
    expect(counts(8, 8)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe("Dream's schedule", () => {
  it("with steps = length reveals nothing in the first step and two tokens in the last", () => {
    expect(dreamCounts(8, 8)).toEqual([0, 1, 1, 1, 1, 1, 1, 2]);
  });

  it("with fewer steps reveals most in the last", () => {
    expect(dreamCounts(8, 4)).toEqual([1, 2, 2, 3]);
    expect(dreamCounts(10, 4)).toEqual([2, 2, 2, 4]);
    expect(dreamCounts(16, 8)).toEqual([1, 2, 2, 2, 2, 2, 2, 3]);
  });

  it("reveals each mask with 1 - t_next/t in random order, and with 1 at the last step", () => {
    const probabilities = [0, 1, 2, 3].map(step => dreamRevealProbability(step, 4));
    [0.24975, 0.332889, 0.499001, 1].forEach((p, step) => expect(probabilities[step]).toBeCloseTo(p, 6));
  });
});
