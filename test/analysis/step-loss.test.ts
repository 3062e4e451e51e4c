import { describe, expect, it } from "vitest";
import { stepLoss, stepLossDifference, type StepsPair } from "../../src/lib/analysis/step-loss.js";
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
