import { describe, expect, it } from "vitest";
import { bootstrapDefaults, crossedBootstrapMeans } from "../../src/lib/analysis/bootstrap.js";
import {
  heldOutCurves,
  heldOutDifferences,
  meanFall,
  secondHalf,
  tracksOf,
  type HeldOutAnswer,
} from "../../src/lib/analysis/held-out.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const steps = [0, 10, 20];

/** Answers of one run to problems p0, p1, ...: `reward` of a problem and a step. */
function run(
  estimator: string,
  seed: number,
  problems: number,
  reward: (problem: number, step: number) => number,
): HeldOutAnswer[] {
  return Array.from({ length: problems }, (_, p) => p).flatMap(p =>
    steps.map(step => ({
      ...{ estimator, seed, step, sampling: "cold" as const, problem: `p${p}` },
      ...{ reward: reward(p, step), passedBase: reward(p, step) > 1, passedPlus: false },
    })),
  );
}

describe("the crossed bootstrap", () => {
  const hardness = Array.from({ length: 40 }, (_, i) => i % 2);
  const width = (bySeed: readonly (readonly number[])[]) => {
    const tracks = bySeed.map(values => values.map(value => [value]));
    const [interval] = crossedBootstrapMeans(tracks, bootstrapDefaults, rng());
    expect(interval.mean).toBeCloseTo(0.5, 12);
    return interval.upper - interval.lower;
  };

  it("does not take a problem that is hard for every run for many problems", () => {
    const one = width([hardness]);
    const four = width([hardness, hardness, hardness, hardness]);
    // drawn apart in each run, problems would narrow the interval to a half
    expect(four / one).toBeGreaterThan(0.85);
    expect(four / one).toBeLessThan(1.15);
  });

  it("shows what runs differ in, and refuses runs over different numbers of problems", () => {
    expect(width([hardness, hardness.map(h => h + 1), hardness.map(h => h - 1)])).toBeGreaterThan(1);
    expect(() => width([hardness, hardness.slice(1)])).toThrow(/40, 39 problems; crossed resampling/);
  });
});

describe("curves of held-out answers", () => {
  const answers = [...run("a", 1, 4, (p, step) => p + step), ...run("a", 2, 4, (p, step) => p + 3 * step)];

  it("average runs and problems at every scored step", () => {
    const reward = heldOutCurves(answers, rng()).filter(row => row.measure === "reward");
    expect(reward.map(row => [row.step, row.mean])).toEqual([
      [0, 1.5],
      [10, 21.5],
      [20, 41.5],
    ]);
    expect(reward.map(row => [row.n, row.seeds])).toEqual([[4, 2], [4, 2], [4, 2]]); // prettier-ignore
    const [base] = heldOutCurves(answers, rng()).filter(row => row.measure === "base");
    expect(base.mean).toBe(0.5);
  });

  it("refuse a run that lacks an answer", () => {
    expect(() => tracksOf(answers.slice(1), a => a.reward)).toThrow(
      /seed 1 has no answer to p0 after 0 steps/,
    );
  });

  it("have a second half from the middle step on, and fall by what they lose from their height", () => {
    expect(secondHalf([1, 2, 6], steps)).toBe(4);
    expect(meanFall([1, 2, 3])).toBe(0);
    expect(meanFall([1, 3, 2, 1])).toBe(0.75);
  });
});

describe("differences between estimators", () => {
  const steep = (slope: number) => (problem: number, step: number) => (problem % 2) + slope * step;
  const answers = [1, 2, 3].flatMap(seed => [
    ...run("coupled", seed, 8, steep(0.02)),
    ...run("d1", seed, 8, steep(0.01)),
  ]);
  const of = (estimator: string) =>
    heldOutDifferences(answers, "coupled", rng()).filter(
      point => point.estimator === estimator && point.measure === "reward",
    );

  it("are paired: what is hard for both widens no interval", () => {
    expect(of("d1").map(({ mean: m }) => m.toFixed(2))).toEqual(["0.00", "-0.10", "-0.20"]);
    for (const { mean: m, lower, upper, minus, n, seeds } of of("d1")) {
      expect(upper - lower).toBeCloseTo(0, 9);
      expect(lower).toBeCloseTo(m, 9);
      expect([minus, n, seeds]).toEqual(["coupled", 8, 3]);
    }
  });

  it("of the reference are its gain over its start", () => {
    expect(of("coupled").map(({ mean: m, minus }) => [m.toFixed(2), minus])).toEqual([
      ["0.00", "its start"],
      ["0.20", "its start"],
      ["0.40", "its start"],
    ]);
  });

  it("are over the runs that both have", () => {
    const more = [...answers, ...run("d1", 4, 8, () => 9)];
    const [first] = heldOutDifferences(more, "coupled", rng()).filter(point => point.estimator === "d1");
    expect(first.seeds).toBe(3);
  });
});
