import { describe, expect, it } from "vitest";
import {
  bias,
  estimatedProblems,
  estimatorMeasures,
  exactVariance,
  expectation,
  predictVariance,
  tokenVariance,
  type EstimateDraw,
} from "../../src/lib/analysis/estimates.js";
import { Rng } from "../../src/lib/core/rng.js";

const row = (
  scope: string,
  estimator: string,
  draw: number,
  estimates: number[],
  pairs = 1,
): EstimateDraw => ({
  seed: 1,
  problem: "p",
  ...{ scope, estimator, draw, estimates, pairs },
});

/** Two tokens with v = -2 and -1, scored -3 and -1 with everything masked: expectations -3.5 and -1.5. */
const rows = [
  row("end", "full-mask", 0, [-3, -1], 0),
  row("end", "exact mean", 0, [-2, -1], 0),
  row("end", "exact square", 0, [9, 2], 0),
  row("end", "exact product", 0, [4, 1], 0),
  row("end", "coupled", 0, [-3, -1]),
  row("end", "coupled", 1, [-4, -2]),
  row("end", "de-coupled", 0, [-1.5, -1.5]),
  row("end", "de-coupled", 1, [-5.5, -2.5]),
  row("whole", "full-mask", 0, [-3], 0),
  row("whole", "coupled", 0, [-3]),
  row("whole", "coupled", 1, [-4]),
  row("whole", "de-coupled", 0, [-2.5]),
  row("whole", "de-coupled", 1, [-6.5]),
];
const [end, whole] = estimatedProblems(rows);

describe("estimates of one problem", () => {
  it("have the expectation (l + 2 v) / 2 a token, and a bias against it", () => {
    expect(expectation(end, 1)).toBe((-3.5 - 1.5) / 2);
    expect(bias(end, "coupled", 1, "public")).toBe(0); // means -3.5 and -1.5
    expect(bias(end, "de-coupled", 1, "public")).toBe((0 - 0.5) / 2); // means -3.5 and -2
    expect(bias(end, "full-mask", 1, "public")).toBe(-2 + 2.5);
    expect(bias(end, "full-mask", 1, "divided")).toBeCloseTo(-2 + 2.5 / 1.5, 12);
    expect(expectation(whole, 1)).toBeNaN();
  });

  it("vary by the mean over tokens of the variance over draws", () => {
    expect(tokenVariance(end, "coupled", 1)).toBeCloseTo(0.5, 12);
    expect(tokenVariance(end, "de-coupled", 1)).toBeCloseTo((8 + 0.5) / 2, 12);
    expect(exactVariance(end, "coupled", 1)).toBe((18 - 16 + (4 - 4)) / 4 / 2);
    expect(exactVariance(end, "de-coupled", 1)).toBe((18 + 8 - 16 + (4 + 2 - 4)) / 4 / 2);
  });

  it(
    "are predicted to vary by v^2 / 2 less: enumerated, or as the product of two independent " +
      "estimates of v",
    () => {
      expect(predictVariance(end, 1)).toBe((4 / 2 + 1 / 2) / 2);
      // (2 x -3.5 + 3) / 2 = -2 by coupled draws, (2 x -4.5 + 3) / 2 = -3 by the others
      expect(predictVariance(whole, 1)).toBe((-2 * -3) / 2);
    },
  );

  it(
    "make the rows of the figure: three variances in both scopes, three biases in two weightings in " + "one",
    () => {
      const measures = estimatorMeasures([end, whole], [1], Rng.fromSeed(0), { replicates: 10, level: 0.95 });
      const names = measures.map(m => [m.scope, m.quantity, m.estimator].join(" "));
      expect(names.length).toBe(12);
      expect(new Set(names).size).toBe(12);
      expect(measures[names.indexOf("end variance predicted")].mean).toBeCloseTo(4.25 - 1.25, 12);
      expect(measures[names.indexOf("whole variance de-coupled")]).toMatchObject({ n: 1, seeds: 1 });
    },
  );
});
