import { describe, expect, it } from "vitest";
import {
  globalArness,
  localArness,
  localDefinitions,
  orderOfSteps,
  orderUpTo,
  randomOrderArness,
} from "../../src/lib/analysis/ar-ness.js";

describe("AR-ness", () => {
  const ks = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it("of AR order is 1, local and global, for every k, also beyond its length", () => {
    for (const k of ks) {
      expect(localArness([0, 1, 2, 3], k)).toBe(1);
      expect(localArness([0, 1, 2, 3], k, "set")).toBe(1);
      expect(globalArness([0, 1, 2, 3], k)).toBe(1);
    }
  });

  it("of reverse order is 0 local, and global counts only the last k tokens", () => {
    expect(localArness([3, 2, 1, 0], 1)).toBe(0);
    expect(globalArness([3, 2, 1, 0], 1)).toBe(1 / 4);
    expect(globalArness([3, 2, 1, 0], 3)).toBe(3 / 4);
  });

  it("counts the prompt as decoded: the token right after it is next", () => {
    expect(localArness([0, 2, 1], 3)).toBe(1 / 3);
    expect(localArness([1, 0, 2], 1)).toBe(0);
  });

  it("counts order 1,0,2 at k=2 by sets, not by run", () => {
    expect(localArness([1, 0, 2], 2, "set")).toBe(1 / 3);
    expect(localArness([1, 0, 2], 2, "caption")).toBe(0);
  });

  it("local never rises with k, global never falls, for all 120 orders of five tokens", () => {
    for (const order of permutations([0, 1, 2, 3, 4])) {
      for (const k of ks.slice(1)) {
        expect(localArness(order, k)).toBeLessThanOrEqual(localArness(order, k - 1));
        expect(globalArness(order, k)).toBeGreaterThanOrEqual(globalArness(order, k - 1));
        expect(localArness(order, k, "set")).toBeGreaterThanOrEqual(localArness(order, k));
      }
    }
  });

  it("takes the tokens of one step left to right", () => {
    expect(orderOfSteps([1, 0, 1, 0])).toEqual([1, 3, 0, 2]);
  });

  it("up to the end token leaves the tail out, as if it had never been decoded", () => {
    expect(orderUpTo([0, 4, 1, 3, 2], 3)).toEqual([0, 1, 2]);
    expect(localArness(orderUpTo([0, 4, 1, 3, 2], 3), 2)).toBe(1);
    expect(localArness([0, 4, 1, 3, 2], 2)).toBe(1 / 5);
  });

  it("of no token at all is not a number", () => {
    expect(localArness(orderUpTo([1, 0], 0), 1)).toBeNaN();
    expect(globalArness([], 1)).toBeNaN();
  });

  it("is refused for an order that skips or repeats a position, and for k below 1", () => {
    expect(() => localArness([0, 2], 1)).toThrow(/holds position 2 out of range or twice/);
    expect(() => globalArness([0, 0], 1)).toThrow(/position 0 out of range or twice/);
    expect(() => globalArness([0, 1], 0)).toThrow(/k=0 is not a positive whole number/);
  });
});

describe("AR-ness expected of a random order", () => {
  it.each(localDefinitions)("is the mean over all orders (%s)", definition => {
    for (const length of [1, 2, 3, 5]) {
      const orders = permutations(Array.from({ length }, (_, i) => i));
      for (const k of [1, 2, 3, 4, 6]) {
        const expected = randomOrderArness(length, k, definition);
        const mean = (score: (order: number[]) => number) =>
          orders.map(score).reduce((a, b) => a + b) / orders.length;
        expect(expected.local).toBeCloseTo(
          mean(o => localArness(o, k, definition)),
          12,
        );
        expect(expected.global).toBeCloseTo(
          mean(o => globalArness(o, k)),
          12,
        );
      }
    }
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap(first => permutations(items.filter(i => i !== first)).map(rest => [first, ...rest]));
}
