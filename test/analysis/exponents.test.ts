import { describe, expect, it } from "vitest";
import {
  exponentMeasures,
  ratiosOutside,
  termOf,
  termQuantileOf,
  topShareOf,
  type Shift,
} from "../../src/lib/analysis/exponents.js";
import { Rng } from "../../src/lib/core/rng.js";

const config = { replicates: 20, level: 0.95 };

describe("the terms of a token", () => {
  it("k3 is exp(-d) - 1 + d of the shift d, the ratio exp(d)", () => {
    expect(termOf("k3", "public", -1, 1)).toBeCloseTo(Math.E - 2, 12);
    expect(termOf("k3", "public", 0, 1)).toBe(0);
    expect(termOf("ratio", "public", 1, 1)).toBeCloseTo(Math.E, 12);
  });

  it("bounded, go on along the tangent beyond 2: k3 of a shift of -10 is e^2 (1 + 8) - 11", () => {
    expect(termOf("k3", "bounded", -10, 1)).toBeCloseTo(9 * Math.exp(2) - 11, 9);
    expect(termOf("k3", "bounded", 10, 1)).toBeCloseTo(Math.exp(-10) + 9, 12); // below, both are alike
    expect(termOf("ratio", "bounded", 5, 1)).toBeCloseTo(4 * Math.exp(2), 9);
  });

  it("divided by their weight, are those of a weighted mean of log-probabilities", () => {
    expect(termOf("ratio", "weights divided out", 3, 1.5)).toBeCloseTo(Math.exp(2), 12);
  });
});

describe("after some updates", () => {
  /** 99 tokens that did not move and one whose estimate fell by 3. */
  const shifts = [...new Array<number>(99).fill(0), -3];
  const rows: Shift[] = [1, 4].map(updates => ({
    ...{ seed: 1, problem: "p", updates },
    shifts: shifts.map(d => (updates === 4 ? d : 0)),
    weights: shifts.map(() => 1.5),
  }));

  it("a ratio is outside on either side, and quantiles are those of the curves", () => {
    const row = {
      ...rows[0],
      shifts: [Math.log(0.4), Math.log(0.5), 0, 0.1, Math.log(1.6)],
      weights: Array(5).fill(1.5),
    };
    expect(ratiosOutside([row], 0.45, 1.5)).toBeCloseTo(2 / 5, 12);
    const [p99] = exponentMeasures([rows[1]], Rng.fromSeed(0), config).filter(
      m => m.term === "k3" && m.form === "public" && m.share === "99th percentile",
    );
    expect(termQuantileOf([rows[1]], "k3", 0.99)).toBe(p99.mean);
    expect(termQuantileOf([rows[1]], "k3", 1)).toBeCloseTo(Math.exp(3) - 4, 9);
  });

  it("median and largest are over all tokens, mark by mark", () => {
    const found = exponentMeasures(rows, Rng.fromSeed(0), config);
    const of = (updates: number, share: string) =>
      found.find(m => m.updates === updates && m.term === "k3" && m.form === "public" && m.share === share)
        ?.mean;
    expect(of(4, "median")).toBe(0);
    expect(of(4, "largest")).toBeCloseTo(Math.exp(3) - 4, 9);
    expect(of(1, "largest")).toBe(0);
    expect(found.length).toBe(2 * 2 * 3 * 3);
  });

  it("one token in a hundred may make the whole sum", () => {
    const after = rows.filter(row => row.updates === 4);
    expect(topShareOf(after, "public")).toBe(1);
  });
});
