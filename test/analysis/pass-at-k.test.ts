import { describe, expect, it } from "vitest";
import { meanPassAtK, passAtK } from "../../src/lib/analysis/pass-at-k.js";

describe("pass@k", () => {
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
