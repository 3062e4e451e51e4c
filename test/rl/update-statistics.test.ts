import { describe, expect, it } from "vitest";
import { grpoLossDefaults } from "../../src/lib/rl/grpo-loss.js";
import { meanStatistics, updateStatistics } from "../../src/lib/rl/update-statistics.js";

const estimates = {
  logps: [-1, -2, -3, -1, -1, -9],
  oldLogps: [-1, -2, -1, -2, -1, 0],
  refLogps: [-1, -1, -3, -1, -1, 50],
  completionMasks: [Uint8Array.of(1, 1, 1), Uint8Array.of(1, 1, 0)],
  advantages: [-1, 1],
};

describe("what an update is watched by", () => {
  it("counts tokens clipped on either side, up to the end token only", () => {
    const { clipLow, clipHigh } = updateStatistics(estimates, grpoLossDefaults);
    expect(clipLow).toBe(1 / 5); // exp(-3 + 1) < 0.5 under a negative advantage
    expect(clipHigh).toBe(1 / 5); // exp(-1 + 2) > 1.5 under a positive one
  });

  it("gives mean, median and maximum of k3, which one outlier tells apart", () => {
    const { kl, klMedian, klMax } = updateStatistics(estimates, grpoLossDefaults);
    const outlier = Math.exp(1) - 1 - 1; // the second token: reference 1 nat above
    expect(klMax).toBeCloseTo(outlier, 12);
    expect(kl).toBeCloseTo(outlier / 5, 12);
    expect(klMedian).toBe(0);
  });

  it("takes bounded exponents where the loss does", () => {
    const { klMax } = updateStatistics(
      { ...estimates, refLogps: [9, -2, -3, -1, -1, 0] },
      { ...grpoLossDefaults, exponents: "bounded" },
    );
    expect(klMax).toBeCloseTo(Math.exp(2) * (1 + 10 - 2) - 10 - 1, 9); // 10 nats: along the tangent from 2 on
  });

  it("clips nothing without old estimates, and has no KL without a reference", () => {
    const alone = updateStatistics({ ...estimates, oldLogps: null, refLogps: null }, grpoLossDefaults);
    expect(alone).toMatchObject({ clipLow: 0, clipHigh: 0, kl: NaN, klMedian: NaN });
  });

  it("is averaged over the updates of a step, but for the largest term", () => {
    const first = { kl: 1, klMedian: 0.5, klMax: 9, clipLow: 0, clipHigh: 0 };
    const second = { kl: 3, klMedian: 0.7, klMax: 4, clipLow: 0.2, clipHigh: 0.4 };
    expect(meanStatistics([first, second])).toEqual({
      kl: 2,
      klMedian: 0.6,
      klMax: 9,
      clipLow: 0.1,
      clipHigh: 0.2,
    });
  });
});
