/** The count of multiplications that decoding is held against, and the table that holds them together. */
import { expect, it } from "vitest";
import type { BenchSize } from "../../src/lib/bench/bench-sizes.js";
import { decodeMultiplications, lengthTable } from "../../src/lib/bench/decode-lengths.js";

const tiny: BenchSize = {
  ...{ width: 2, layers: 1, heads: 1, hidden: 3, vocabulary: 5 },
  ...{ batch: 1, length: 3, prompt: 2 },
};

it("one layer computes keys and values of all positions, and the rest for the one that is read", () => {
  // keys and values of 3 positions; queries, output, feed-forward and head of 1
  const linear = 3 * 2 * 4 + (2 * 4 + 3 * 6 + 10);
  expect(decodeMultiplications(tiny)).toEqual({ linear, attention: 2 * 3 * 2 });
});

it("layers before the last compute every position, at every step", () => {
  const { linear, attention } = decodeMultiplications({ ...tiny, layers: 3 });
  expect(linear - decodeMultiplications(tiny).linear).toBe(2 * 3 * (4 * 4 + 3 * 6));
  expect(attention - decodeMultiplications(tiny).attention).toBe(2 * 3 * 2 * 3 * 2);
  expect(decodeMultiplications({ ...tiny, batch: 7 }).linear).toBe(7 * decodeMultiplications(tiny).linear);
});

it("the table sets the growth of the time beside that of the count", () => {
  const row = (length: number, median_cpu_s: number) => {
    const size = `S, length ${length}`;
    return { size, work: "decode", mode: "graph", median_s: 1, runs_s: [1], median_cpu_s } as const;
  };
  const [, , second] = lengthTable([row(48, 2), row(96, 9)]).split("\n");
  expect(second).toMatch(/^S, length 96 +1\.00 +9\.00 +242\.3 +10% +37\.1 +4\.21 +4\.50$/);
});
