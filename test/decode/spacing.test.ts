/** The spacing filter on literal positions. */
import { describe, expect, it } from "vitest";
import { keepApart, keepSpacing, spacingGap } from "../../src/lib/decode/spacing.js";

describe("the spacing filter", () => {
  it("of a block of 16 and start 4 has gaps 4, 3, 2, 2 with 16, 12, 8, 2 masks left", () => {
    expect([16, 12, 8, 2].map(left => spacingGap(left, 16, 4, 2))).toEqual([4, 3, 2, 2]);
  });

  it("relaxes to 1 where the floor is 1, as the paper's prose has it", () => {
    expect([8, 2].map(left => spacingGap(left, 16, 4, 1))).toEqual([2, 1]);
  });

  it("accepts 5 and 12 of 5, 6, 12, 8 at gap 4, and 8 as well at gap 2", () => {
    expect(keepApart([5, 6, 12, 8], 4)).toEqual([5, 12]);
    expect(keepApart([5, 6, 12, 8], 2)).toEqual([5, 12, 8]);
  });

  it("goes by score, the surest first, and commits left to right", () => {
    const scores = Float32Array.from([0.1, 0.5, 0.9, 0.5, 0.2]);
    const choice = { positions: [0, 1, 2, 3, 4], candidates: 5, tied: false };
    expect(keepSpacing(choice, scores, 5, { spacing: 2, minGap: 2 }).positions).toEqual([0, 2, 4]);
    expect(keepSpacing(choice, scores, 5, { spacing: 3, minGap: 2 }).positions).toEqual([2]);
  });
});
