import { describe, expect, it } from "vitest";
import { groupAdvantages, groupDeviations, totalReward } from "../../src/lib/rl/advantages.js";

describe("advantages", () => {
  it("subtract the group's mean, or the mean of the others", () => {
    expect(groupAdvantages([2, 0, 1, 1], 2, "group-mean")).toEqual([1, -1, 0, 0]);
    expect(groupAdvantages([2, 0, 1, 1], 2, "leave-one-out")).toEqual([2, -2, 0, 0]);
  });

  it("leave-one-out is G/(G-1) times the mean baseline", () => {
    const rewards = [2.5, 1.5, 0.25, 0];
    const mean = groupAdvantages(rewards, 4, "group-mean");
    groupAdvantages(rewards, 4, "leave-one-out").forEach((a, i) =>
      expect(a).toBeCloseTo((4 / 3) * mean[i], 12),
    );
  });

  it("of equal rewards are zero, scaled or not", () => {
    expect(groupAdvantages([2, 2, 2], 3, "leave-one-out", true)).toEqual([0, 0, 0]);
    expect(groupDeviations([2, 2, 2], 3)).toEqual([0]);
  });

  it("leave a reward that a function did not give out of the sum", () => {
    expect(totalReward([null, 1], [2, 0.5])).toBe(0.5);
  });

  it("refuse half a group, and a group of one that is compared with the others", () => {
    expect(() => groupAdvantages([1, 2, 3], 2, "group-mean")).toThrow(/3 rewards do not make groups of 2/);
    expect(() => groupAdvantages([1], 1, "leave-one-out")).toThrow(/a group of one has no others/);
    expect(groupAdvantages([1], 1, "group-mean")).toEqual([0]);
  });
});
