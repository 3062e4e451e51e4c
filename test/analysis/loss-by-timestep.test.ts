import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { lossByTimestep, type LossDraw } from "../../src/lib/analysis/loss-by-timestep.js";

const draw = (t: number, masked: number, lossSum: number, problem = "p0", run = "r1"): LossDraw => ({
  run,
  problem,
  t,
  masked,
  completionLength: 8,
  lossSum,
});
const measure = (draws: readonly LossDraw[]) => lossByTimestep(draws, Rng.fromSeed(1));

describe("loss by timestep", () => {
  it("weights the mean over masked tokens, or the sum over the length, by 1/t", () => {
    const rows = measure([draw(0.5, 4, 2)]);
    expect(rows).toMatchObject([
      { normalisation: "mean", t: 0.5, mean: 2 / 4 / 0.5, n: 1, seeds: 1, samples: 1 },
      { normalisation: "sum", t: 0.5, mean: 2 / 8 / 0.5 },
    ]);
  });

  it("at the same loss a token, the mean blows up at small t and the sum does not", () => {
    // one nat a masked token, and t x 8 tokens masked
    const rows = measure([draw(1, 8, 8), draw(0.125, 1, 1)]);
    expect(rows.map(r => [r.normalisation, r.t, r.mean])).toEqual([
      ["mean", 0.125, 8],
      ["mean", 1, 1],
      ["sum", 0.125, 1],
      ["sum", 1, 1],
    ]);
  });

  it("a draw that masked nothing counts as 0 in the sum and not at all in the mean", () => {
    const rows = measure([draw(0.25, 2, 3), draw(0.25, 0, 0)]);
    expect(rows).toMatchObject([
      { normalisation: "mean", samples: 1, mean: 6 },
      { normalisation: "sum", samples: 2, mean: 0.75 },
    ]);
    expect(measure([draw(0.1, 0, 0)]).map(r => r.normalisation)).toEqual(["sum"]);
  });

  it("spread is that of single draws, relative to their mean", () => {
    const [byMean] = measure([draw(1, 8, 8), draw(1, 8, 24)]);
    expect(byMean).toMatchObject({ mean: 2, sd: Math.SQRT2, n: 1, samples: 2 });
    expect(byMean.cv).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it("runs are seeds, and repeated masks of a problem are averaged before the interval", () => {
    const [row] = measure([
      draw(1, 8, 0, "a", "r1"),
      draw(1, 8, 16, "a", "r1"),
      draw(1, 8, 8, "b", "r1"),
      draw(1, 8, 24, "a", "r2"),
    ]);
    expect(row).toMatchObject({ mean: 2, lower: 1, upper: 3, n: 2, seeds: 2, samples: 4 });
  });

  it("is a table with one row per normalisation and t", () => {
    expect(Object.keys(lossByTimestep([draw(1, 8, 8), draw(0.5, 4, 4)], Rng.fromSeed(1))[0])).toEqual([
      "normalisation",
      "t",
      "mean",
      "lower",
      "upper",
      "sd",
      "cv",
      "n",
      "seeds",
      "samples",
    ]);
  });
});
