import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import {
  bootstrap,
  bootstrapDefaults,
  bootstrapMean,
  bootstrapMeans,
  quantile,
  seedMean,
  standardDeviation,
} from "../../src/lib/analysis/bootstrap.js";

const rng = () => Rng.fromSeed(7);
const config = bootstrapDefaults;

describe("a bootstrap interval", () => {
  it("is the same for the same generator, and another for another", () => {
    const values = [[0, 1, 1, 0, 1, 0.5]];
    expect(bootstrapMean(values, config, rng())).toEqual(bootstrapMean(values, config, rng()));
    expect(bootstrapMean(values, config, rng())).not.toEqual(bootstrapMean(values, config, Rng.fromSeed(8)));
  });

  it("of equal values is a point", () => {
    expect(bootstrapMean([[2, 2, 2]], config, rng())).toEqual({ mean: 2, lower: 2, upper: 2 });
  });

  it("of a share agrees with the normal approximation", () => {
    const half = Array.from({ length: 400 }, (_, i) => i % 2);
    const { mean, lower, upper } = bootstrapMean([half], { replicates: 4000, level: 0.95 }, rng());
    const expected = 1.96 * Math.sqrt(0.25 / 400);
    expect(mean).toBe(0.5);
    // 4000 replicates place a 2.5% quantile to 0.042 standard
    // errors, here 0.0011; four times that, and a step of 1/400
    expect(Math.abs(upper - 0.5 - expected)).toBeLessThan(0.0069);
    expect(Math.abs(0.5 - lower - expected)).toBeLessThan(0.0069);
  });

  it("covers the true mean about as often as it says", () => {
    let covered = 0;
    for (let i = 0; i < 300; i++) {
      const draws = rng().split(i);
      const values = Array.from({ length: 50 }, () => draws.normal());
      const { lower, upper } = bootstrapMean(
        [values],
        { replicates: 200, level: 0.9 },
        draws.split("bootstrap"),
      );
      if (lower <= 0 && 0 <= upper) covered++;
    }
    // nominal 0.9, standard error of 300 trials 0.017, and
    // a percentile interval of 50 values is a little narrow
    expect(covered / 300).toBeGreaterThan(0.83);
    expect(covered / 300).toBeLessThan(0.96);
  });

  it("resamples seeds too when there are several, so that seeds that differ widen it", () => {
    const pooled = bootstrapMean([[0, 0, 0, 0, 1, 1, 1, 1]], config, rng());
    const seeds = bootstrapMean([[0, 0, 0, 0], [1, 1, 1, 1]], config, rng()); // prettier-ignore
    expect(seeds).toEqual({ mean: 0.5, lower: 0, upper: 1 });
    expect(pooled.upper - pooled.lower).toBeLessThan(1);
  });

  it("is as wide over a few seeds as their spread says", () => {
    const seeds = 5;
    let ratio = 0;
    for (let i = 0; i < 100; i++) {
      const draws = rng().split(i);
      const values = Array.from({ length: seeds }, () => draws.normal());
      const { lower, upper } = bootstrapMean(
        values.map(value => [value]),
        { replicates: 400, level: 0.8 },
        draws.split("bootstrap"),
      );
      const standardError = standardDeviation(values) / Math.sqrt(seeds);
      ratio += (upper - lower) / (2 * 1.2816 * standardError) / 100;
    }
    // drawing all five would give sqrt(4/5) = 0.89; the standard error of the mean ratio is below 0.02
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.07);
  });

  it("gives every seed the same weight, however many problems it has", () => {
    expect(seedMean([[0, 0, 0, 0], [1]])).toBe(0.5);
  });

  it("takes any statistic of any records", () => {
    const records = [[{ a: 1, b: 2 }, { a: 3, b: 6 }]]; // prettier-ignore
    const ratio = bootstrap(
      records,
      sample => sample[0].reduce((s, r) => s + r.b, 0) / sample[0].reduce((s, r) => s + r.a, 0),
      config,
      rng(),
    );
    expect(ratio).toEqual({ mean: 2, lower: 2, upper: 2 });
  });

  it("of the mean is that of the general routine, draw by draw", () => {
    const values = [[0, 0.5, 1], [0.25, 0.75], [1]]; // prettier-ignore
    const general = bootstrap(values, seedMean, config, rng());
    const direct = bootstrapMean(values, config, rng());
    for (const part of ["mean", "lower", "upper"] as const)
      expect(direct[part]).toBeCloseTo(general[part], 12);
  });

  it("of several quantities sees the same resamples for each", () => {
    const problems = [0.1, 0.7, 0.4, 0.9].map(x => [x, 2 * x]);
    const [once, twice] = bootstrapMeans([problems], config, rng());
    for (const part of ["mean", "lower", "upper"] as const)
      expect(twice[part]).toBeCloseTo(2 * once[part], 12);
  });

  it("is refused without values, replicates or a level between 0 and 1", () => {
    expect(() => bootstrapMean([], config, rng())).toThrow(/no values to resample/);
    expect(() => bootstrapMean([[1], []], config, rng())).toThrow(/no values to resample/);
    expect(() => bootstrapMean([[1]], { ...config, replicates: 0 }, rng())).toThrow(/replicates=0/);
    expect(() => bootstrapMean([[1]], { ...config, level: 95 }, rng())).toThrow(/level=95/);
  });
});

it("quantiles interpolate between neighbours", () => {
  expect(quantile([0, 10, 20], 0.25)).toBe(5);
  expect(quantile([4], 0.9)).toBe(4);
});

it("a standard deviation divides by n - 1 and needs two values", () => {
  expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  expect(standardDeviation([1])).toBeNaN();
});
