import { describe, expect, it } from "vitest";
import { dilatedRounds } from "../../src/lib/decode/dilated.js";

describe("the dilated schedule (arXiv 2506.19037)", () => {
  it("of a block of 8, base 2, is 1 5 | 3 7 | 2 4 6 8, counted from 1", () => {
    expect(dilatedRounds(8, 2)).toEqual([
      [0, 4],
      [2, 6],
      [1, 3, 5, 7],
    ]);
  });

  it("reveals every position once, whatever block and base", () => {
    for (const [length, base] of [
      [1, 2],
      [7, 2],
      [81, 3],
      [100, 3],
    ])
      expect(
        dilatedRounds(length, base)
          .flat()
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length }, (_, i) => i));
  });

  it("is refused for base 1", () => {
    expect(() => dilatedRounds(8, 1)).toThrow(/base=1 is not possible; give 2 or more/);
  });
});
