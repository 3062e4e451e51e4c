import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { meanPassAtK, passAtK } from "../../src/lib/analysis/pass-at-k.js";

interface Reference {
  readonly cases: readonly { n: number; c: number; k: number; pass_at_k: number }[];
  readonly problem_sets: readonly { n: number; correct: number[]; mean_pass_at_k: Record<string, number> }[];
}
const reference = JSON.parse(readFileSync("test/reference/pass-at-k/pass_at_k.json", "utf8")) as Reference;
/** asked for by the reference's README; a product of up to 200 rounded factors stays below it */
const tolerance = 1e-12;

describe("pass@k", () => {
  it("agrees with exact rational arithmetic for every reference case", () => {
    const gaps = reference.cases.map(({ n, c, k, pass_at_k }) => Math.abs(passAtK({ n, c }, k) - pass_at_k));
    expect(gaps.length).toBe(280);
    expect(Math.max(...gaps)).toBeLessThan(tolerance);
  });

  it("agrees with the reference's means over problems", () => {
    for (const { n, correct, mean_pass_at_k } of reference.problem_sets) {
      for (const [k, expected] of Object.entries(mean_pass_at_k)) {
        const mean = meanPassAtK(
          correct.map(c => ({ n, c })),
          Number(k),
        );
        expect(Math.abs(mean - expected)).toBeLessThan(tolerance);
      }
    }
  });

  it("at k=1 is the share of correct samples, and at k=n asks for a single one", () => {
    expect(passAtK({ n: 10, c: 3 }, 1)).toBeCloseTo(0.3, 12);
    expect(passAtK({ n: 10, c: 1 }, 10)).toBe(1);
    expect(passAtK({ n: 10, c: 0 }, 10)).toBe(0);
  });

  it("is not the share of problems solved by the first k samples", () => {
    expect(passAtK({ n: 4, c: 1 }, 2)).toBe(0.5);
  });

  it("is refused for more draws than samples and for impossible counts", () => {
    expect(() => passAtK({ n: 5, c: 1 }, 10)).toThrow(/n=5 samples, c=1 correct, k=10/);
    expect(() => passAtK({ n: 5, c: 6 }, 1)).toThrow(/c=6/);
    expect(() => meanPassAtK([], 1)).toThrow(/no problems/);
  });
});
