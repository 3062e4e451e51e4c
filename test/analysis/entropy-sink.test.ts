import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { entropySink, firstStepProfile, sinkShape } from "../../src/lib/analysis/entropy-sink.js";

const rng = () => Rng.fromSeed(5);
const ends = { head: 1, tail: 1 };
const rows = (curve: readonly number[], problem = "p0", run = "r1", step = 0) =>
  curve.map((confidence, position) => ({ run, problem, sample: 0, step, position, confidence }));

describe("the shape of first-step confidence", () => {
  it("an L drops after the prompt and does not rise at the end", () => {
    expect(sinkShape([0, -4, -4, -4, -4], ends)).toEqual({ drop: 4, rise: 0 });
  });

  it("a U, as a padding tail makes it, rises again", () => {
    expect(sinkShape([0, -4, -4, -4, -1], ends)).toEqual({ drop: 4, rise: 3 });
  });

  it("a flat line does neither", () => {
    expect(sinkShape([-2, -2, -2, -2], ends)).toEqual({ drop: 0, rise: 0 });
  });

  it("compares with the median between head and tail, so one confident position there changes little", () => {
    expect(sinkShape([0, -4, 0, -4, -4, -4], ends).drop).toBe(4);
  });

  it("needs positions between head and tail", () => {
    expect(() => sinkShape([0, -1, -2])).toThrow(/3 positions leave none between head=3 and tail=4/);
  });
});

describe("the mean curve", () => {
  const log = [
    ...rows([0, -2, -4], "a"),
    ...rows([-2, -4, -4], "b"),
    ...rows([9, 9, 9], "a", "r1", 1), // a later step
  ];

  it("is taken at the first step only, by position, over problems", () => {
    const profile = firstStepProfile(log, rng());
    expect(profile.map(p => [p.position, p.mean])).toEqual([
      [0, -1],
      [1, -3],
      [2, -4],
    ]);
    expect(profile[0]).toMatchObject({ lower: -2, upper: 0, n: 2, seeds: 1, samples: 2 });
  });

  it("leaves out positions that were not masked", () => {
    expect(firstStepProfile(rows([NaN, -1]), rng()).map(p => p.position)).toEqual([1]);
  });

  it("is a table by position", () => {
    expect(firstStepProfile(log, rng()).map(row => row.mean)).toEqual([-1, -3, -4]);
  });
});

describe("the entropy sink", () => {
  it("is measured on the mean curve, with runs as seeds", () => {
    const log = [...rows([0, -4, -4], "a", "r1"), ...rows([0, -2, -2], "a", "r2")];
    const sink = entropySink(log, rng(), { head: 1, tail: 1 });
    expect(sink.drop).toEqual({ mean: 3, lower: 2, upper: 4 });
    expect(sink.rise.mean).toBe(0);
    expect(sink).toMatchObject({ n: 1, seeds: 2 });
  });

  it("averages the samples of a problem first", () => {
    const twice = [...rows([0, -4, -4]), ...rows([0, -2, -2]).map(row => ({ ...row, sample: 1 }))];
    expect(entropySink(twice, rng(), { head: 1, tail: 1 }).drop).toEqual({ mean: 3, lower: 3, upper: 3 });
  });
});
