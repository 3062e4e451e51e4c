import { describe, expect, it } from "vitest";
import { stepLoss, stepLossDifference, type StepsPair } from "../../src/lib/analysis/step-loss.js";
import { valuedPairs } from "../../src/lib/analysis/valued-pairs.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
/** One sample a problem; of ten problems the first `solved` pass. */
const rows = (solved: number, seed = 1) =>
  Array.from({ length: 10 }, (_, i) => ({ seed, problem: `p${i}`, passedBase: i < solved }));
const pair = (full: number, fewer: number): StepsPair => ({ full: rows(full), fewer: rows(fewer) });

describe("the loss at fewer steps", () => {
  it("is pass@1 before minus after, or that as a share of pass@1 before", () => {
    expect(stepLoss(pair(8, 6), "absolute", rng()).mean).toBeCloseTo(0.2, 12);
    expect(stepLoss(pair(8, 6), "relative", rng()).mean).toBeCloseTo(0.25, 12);
  });

  it("may differ in one way and not in the other", () => {
    const [weak, strong] = [pair(4, 2), pair(8, 6)];
    expect(stepLossDifference(weak, strong, "absolute", rng()).mean).toBeCloseTo(0, 12);
    expect(stepLossDifference(weak, strong, "relative", rng()).mean).toBeCloseTo(0.25, 12);
  });

  it("is narrower between models that solve the same problems: differences are paired", () => {
    const { lower, upper } = stepLossDifference(pair(8, 6), pair(8, 6), "absolute", rng());
    expect([lower, upper]).toEqual([0, 0]);
  });

  it("is no share of nothing: a model that solves none loses none", () => {
    expect(stepLoss(pair(0, 0), "relative", rng())).toEqual({ mean: 0, lower: 0, upper: 0 });
  });

  it("counts every training seed the same", () => {
    const two = { full: [...rows(10), ...rows(5, 2)], fewer: [...rows(5), ...rows(5, 2)] };
    expect(stepLoss(two, "absolute", rng()).mean).toBeCloseTo(0.25, 12);
  });

  it("refuses runs over other problems", () => {
    const missing = { full: rows(8), fewer: rows(6).slice(1) };
    expect(() => stepLoss(missing, "absolute", rng())).toThrow(
      "step loss: seed 1, problem p0 is missing from a run; compare runs over the same seeds and problems.",
    );
  });
});

describe("valued pairs", () => {
  it("keep what has a value on both sides, for each seed by itself", () => {
    const row = (seed: number, problem: string, value: number) => ({ seed, problem, value });
    const after = [row(1, "a", 1), row(1, "b", NaN), row(2, "a", 1), row(2, "b", 1)];
    const before = [row(1, "a", 2), row(1, "b", 2), row(2, "a", NaN), row(2, "b", 2)];
    const kept = valuedPairs(after, before, r => r.value);
    expect(kept).toEqual([
      [after[0], after[3]],
      [before[0], before[3]],
    ]);
  });
});
