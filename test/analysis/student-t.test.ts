import { expect, it } from "vitest";
import { tQuantile, twoSidedTail } from "../../src/lib/analysis/student-t.js";

it("quantiles are those of printed tables", () => {
  const printed = [
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 4, 2.776],
    [0.9, 2, 2.92],
    [0.99, 9, 3.25],
    [0.95, 120, 1.98],
    [0.95, 1000, 1.962],
  ];
  for (const [level, df, t] of printed) expect(tQuantile(level, df)).toBeCloseTo(t, 3);
});

it(
  "one degree of freedom is Cauchy's distribution, two have a closed form, whatever lies between " +
    "lies between",
  () => {
    for (const t of [0.3, 1, 7, 40]) {
      expect(twoSidedTail(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 8);
      expect(twoSidedTail(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 8);
      expect(twoSidedTail(t, 1.5)).toBeLessThan(twoSidedTail(t, 1));
      expect(twoSidedTail(t, 1.5)).toBeGreaterThan(twoSidedTail(t, 2));
    }
  },
);

it("a tail is that of its quantile, on either side of 0", () => {
  for (const df of [1, 2.7, 30, 5000])
    for (const level of [0.9, 0.95, 0.999]) {
      expect(twoSidedTail(tQuantile(level, df), df)).toBeCloseTo(1 - level, 8);
      expect(twoSidedTail(-tQuantile(level, df), df)).toBeCloseTo(1 - level, 8);
    }
});
