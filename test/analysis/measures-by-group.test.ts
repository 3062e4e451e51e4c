import { describe, expect, it } from "vitest";
import { randomOrderArness } from "../../src/lib/analysis/ar-ness.js";
import { randomOrderControl } from "../../src/lib/analysis/arness-controls.js";
import {
  measuresByGroup,
  solved,
  spreadByGroup,
  tieShare,
} from "../../src/lib/analysis/measures-by-group.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(2);
const row = (seed: number, problem: string, value: number) => ({ seed, problem, value });
const value = (r: { value: number }) => r.value;

describe("any number of a sample", () => {
  it("is averaged over problems within seeds, and NaN counts for nothing", () => {
    const rows = [row(1, "a", 1), row(1, "b", 0), row(2, "a", 1), row(2, "b", NaN)];
    const [found] = measuresByGroup(rows, () => ({}), { value }, rng());
    expect([found.measure, found.mean, found.samples, found.seeds]).toEqual(["value", 0.75, 3, 2]);
  });

  it("spreads within a seed, whatever the seeds differ in", () => {
    const rows = [row(1, "a", 0), row(1, "b", 2), row(2, "a", 100), row(2, "b", 102)];
    expect(spreadByGroup(rows, () => ({}), value, rng())[0].mean).toBeCloseTo(Math.SQRT2, 12);
  });

  it("a grade is the base tests' or the answer's; without either there is none", () => {
    expect(solved({ passedBase: true, correct: null })).toBe(1);
    expect(solved({ passedBase: null, correct: false })).toBe(0);
    expect(solved({ passedBase: null, correct: null })).toBeNaN();
  });

  it("a sample that never had to choose has no share of ties", () => {
    expect(tieShare({ tieSteps: 3, choiceSteps: 4 })).toBe(0.75);
    expect(tieShare({ tieSteps: 0, choiceSteps: 0 })).toBeNaN();
  });
});

describe("the random order as a control", () => {
  it("averages the closed form over lengths and leaves out empty answers", () => {
    const [first] = randomOrderControl([10, 20, 0]);
    const expected = (randomOrderArness(10, 1).local + randomOrderArness(20, 1).local) / 2;
    expect(first).toEqual({ kind: "local", k: 1, mean: expected });
    expect(randomOrderControl([10]).map(p => `${p.kind} ${p.k}`)).toHaveLength(13);
  });
});
