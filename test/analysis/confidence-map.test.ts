import { describe, expect, it } from "vitest";
import {
  confidencesOfSamples,
  meanConfidences,
  neighbourGain,
  type EntropyPoint,
} from "../../src/lib/analysis/confidence-map.js";

/** Rows of one sample from its entropies [S, C]; NaN where no longer masked. */
const rowsOf = (problem: string, entropies: readonly (readonly number[])[]): EntropyPoint[] =>
  entropies.flatMap((row, step) =>
    row.map((entropy, position) => ({
      ...{ run: "r", problem, sample: 0, step, position, entropy },
      masked: !Number.isNaN(entropy),
    })),
  );

describe("confidences read back", () => {
  it("are negative entropies by step and position, and tell the step of each commit", () => {
    const rows = [
      ...rowsOf("a", [
        [1, 2],
        [NaN, 0.5],
      ]),
      ...rowsOf("b", [
        [3, 2],
        [1, NaN],
      ]),
    ];
    const [a, b] = confidencesOfSamples(rows);
    expect(a).toEqual({
      ...{ run: "r", problem: "a", stepOf: [0, 1] },
      values: [Float32Array.of(-1, -2), Float32Array.of(NaN, -0.5)],
    });
    expect(b.stepOf).toEqual([1, 0]);
  });

  it("are averaged over the samples in which a position was still masked, none where too few were", () => {
    const rows = [
      ...rowsOf("a", [
        [1, 2],
        [NaN, 0.5],
      ]),
      ...rowsOf("b", [
        [3, 2],
        [1, NaN],
      ]),
    ];
    const samples = confidencesOfSamples(rows);
    const { values, stepOf } = meanConfidences(samples);
    expect(values).toEqual([Float32Array.of(-2, -2), Float32Array.of(-1, -0.5)]);
    expect(stepOf).toEqual([0.5, 0.5]);
    expect(meanConfidences(samples, 0.75).values[1]).toEqual(Float32Array.of(NaN, NaN));
  });
});

describe("the gain of a neighbour", () => {
  // Position 1 is committed at step 0: its right neighbour
  // gains 1 nat, its left one 0.5, the two others 0.25.
  const sample = {
    values: [Float32Array.of(-2, -2, -2, -2, -2), Float32Array.of(-1.5, NaN, -1, -1.75, -1.75)],
    stepOf: [1, 0, 2, 3, 4],
  };

  it("is what it gains beyond the positions that are no neighbours", () => {
    expect(neighbourGain(sample, 5)).toEqual({ right: 0.75, left: 0.25 });
  });

  it("is unknown when nothing else is left to compare with, or no neighbour is masked", () => {
    expect(neighbourGain(sample, 3)).toEqual({ right: NaN, left: NaN });
    const far = { ...sample, stepOf: [0, 0, 0, 1, 2], values: sample.values };
    expect(neighbourGain(far, 5).left).toBeNaN();
  });
});
