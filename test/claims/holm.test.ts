import { expect, it } from "vitest";
import { holm } from "../../src/lib/claims/holm.js";

it("the smallest of m is multiplied by m, the next by m - 1, and none falls below one before it", () => {
  const found = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(found[i]).toBeCloseTo(p, 12));
});

it("none is above 1", () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});

it("what was not tested has no p and does not count", () => {
  expect(holm([NaN, 0.02, NaN])).toEqual([NaN, 0.02, NaN]);
});
