/** Measures of programs on a handful whose answer can be counted. */
import { describe, expect, it } from "vitest";
import {
  programMeasures,
  traceMeasures,
  varietyByProblem,
  type ProgramSample,
} from "../../../src/lib/methods/codefusion/tables.js";
import { Rng } from "../../../src/lib/core/rng.js";

const program = (
  problem: string,
  text: string,
  valid: boolean,
  passedBase = false,
  { seed = 1, temperature = 0, readout = "decoder" } = {},
): ProgramSample => ({ seed, problem, text, valid, passedBase, temperature, readout });

describe("variety", () => {
  it("counts each valid text of a problem once, and texts that do not parse not at all", () => {
    const rows = [
      program("p", "a", true),
      program("p", "a", true),
      program("p", "b", true),
      program("p", "broken", false),
      program("q", "a", true),
    ];
    expect(varietyByProblem(rows).map(({ problem, variety }) => [problem, variety])).toEqual([
      ["p", 0.5],
      ["q", 1],
    ]);
  });
});

describe("measures of programs", () => {
  it("are shares by read-out and temperature, problems weighing alike", () => {
    const rows = [
      program("p", "a", true, true),
      program("p", "b", true, false),
      program("q", "c", false),
      program("p", "z", false, false, { readout: "rounding" }),
    ];
    const found = programMeasures(rows, Rng.fromSeed(0)).map(({ readout, measure, mean }) => [
      readout,
      measure,
      mean,
    ]);
    expect(found).toEqual([
      ["decoder", "valid", 0.5],
      ["decoder", "passed", 0.25],
      ["decoder", "variety", 0.5],
      ["rounding", "valid", 0],
      ["rounding", "passed", 0],
      ["rounding", "variety", 0],
    ]);
  });
});

it("a trace is averaged at every step, and programs without one are left out", () => {
  const traced = (problem: string, distances: readonly number[]) => ({
    ...{ seed: 1, problem, readout: "decoder", traceSteps: [200, 100, 1], editDistances: distances },
  });
  const rows = [traced("p", [1, 0.5, 0]), traced("q", [0.5, 0, 0]), { ...traced("r", []), traceSteps: [] }];
  expect(traceMeasures(rows, Rng.fromSeed(0)).map(({ t, mean }) => [t, mean])).toEqual([
    [200, 0.75],
    [100, 0.25],
    [1, 0],
  ]);
});
