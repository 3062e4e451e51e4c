import { describe, expect, it } from "vitest";
import { rankOf, samplesOfCommits, stepMap } from "../../src/lib/analysis/order.js";

const token = (position: number, rank: number, token: string, sample = 0) => ({
  run: "r",
  problem: "p",
  sample,
  rank,
  step: rank >> 1,
  position,
  token,
});

describe("order", () => {
  it("rank is the inverse of the order", () => {
    expect(rankOf([2, 0, 1])).toEqual(Int32Array.of(1, 2, 0));
  });

  it("commits come back as text in reading order, with the rank that colours it", () => {
    const commits = [token(1, 0, "x"), token(0, 0, "a", 1), token(2, 1, ")"), token(0, 2, "(")];
    expect(samplesOfCommits(commits)).toEqual([
      { run: "r", problem: "p", sample: 0, tokens: ["(", "x", ")"], rank: [2, 0, 1], stepOf: [1, 0, 0] },
      { run: "r", problem: "p", sample: 1, tokens: ["a"], rank: [0], stepOf: [0] },
    ]);
  });

  it("a sample that lacks a position is refused", () => {
    expect(() => samplesOfCommits([token(1, 0, "x")])).toThrow(
      /sample 0 of p in r does not have every position once/,
    );
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
