import { expect, it } from "vitest";
import { editDistance, normalisedEditDistance } from "../../src/lib/core/edit-distance.js";

it("counts insertions, deletions and replacements, of letters or of numbers", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance(Int32Array.of(1, 2, 3), [1, 3])).toBe(1);
  expect(editDistance("", "abc")).toBe(3);
});

it("normalised is a share of the longer sequence", () => {
  expect(normalisedEditDistance("abcd", "ab")).toBe(0.5);
  expect(normalisedEditDistance("ab", "xyz")).toBe(1);
  expect(normalisedEditDistance("", "")).toBe(0);
});
