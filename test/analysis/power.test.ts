import { describe, expect, it } from "vitest";
import { detectableDifference, runsToSee } from "../../src/lib/analysis/power.js";
import { mean } from "../../src/lib/analysis/bootstrap.js";
import { Rng } from "../../src/lib/core/rng.js";

describe("what a comparison can see", () => {
  it("is a difference that four of five studies with so many runs find", () => {
    const rng = Rng.fromSeed(1);
    const spread = [-1, 0, 1]; // standard deviation 1
    const seeds = 8;
    const difference = detectableDifference(spread, seeds);
    expect(difference).toBeCloseTo(1.4008, 4);
    const draw = (center: number) => mean(Array.from({ length: seeds }, () => center + rng.normal()));
    const studies = 4000;
    const found = Array.from({ length: studies }, () => {
      const z = (draw(difference) - draw(0)) / Math.sqrt(2 / seeds);
      return Number(Math.abs(z) > 1.96);
    });
    expect(mean(found)).toBeCloseTo(0.8, 1);
  });

  it("takes as many runs as make it no larger than was asked", () => {
    const spread = [0.6, 0.65, 0.57];
    const runs = runsToSee(0.04, spread);
    expect(detectableDifference(spread, runs)).toBeLessThanOrEqual(0.04);
    expect(detectableDifference(spread, runs - 1)).toBeGreaterThan(0.04);
  });
});
