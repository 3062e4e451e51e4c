import { describe, expect, it } from "vitest";
import { rankOf, stepMap } from "../../src/lib/analysis/order.js";

describe("order", () => {
  it("rank is the inverse of the order", () => {
    expect(rankOf([2, 0, 1])).toEqual(Int32Array.of(1, 2, 0));
  });

  it("a map of steps by positions is NaN where nothing was logged", () => {
    const cells = [
      { step: 0, position: 0, value: -1 },
      { step: 0, position: 1, value: -2 },
      { step: 1, position: 0, value: -0.5 },
    ];
    expect(stepMap(cells)).toEqual([Float32Array.of(-1, -2), Float32Array.of(-0.5, NaN)]);
  });
});
