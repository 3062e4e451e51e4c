import { describe, expect, it } from "vitest";
import { mean } from "../../src/lib/analysis/bootstrap.js";
import type { HeldOutAnswer } from "../../src/lib/analysis/held-out.js";
import { againstBand, predictionBand } from "../../src/lib/analysis/prediction-band.js";
import { Rng } from "../../src/lib/core/rng.js";

const reward = (answer: HeldOutAnswer) => answer.reward;

/** A run over two problems, one easier than the other, whose mean reward after 0 and 10 steps is given. */
function run(seed: number, curve: readonly [number, number]): HeldOutAnswer[] {
  return curve.flatMap((value, i) =>
    [-0.1, 0.1].map((ease, p) => ({
      ...({ estimator: "coupled", sampling: "rollout", seed, step: 10 * i, problem: `p${p}` } as const),
      ...{ reward: value + ease, passedBase: true, passedPlus: true },
    })),
  );
}

describe("the band for one more run", () => {
  it("is as wide as t, the spread of the runs and their number say", () => {
    const band = predictionBand([...run(1, [1, 1]), ...run(2, [1, 2]), ...run(3, [1, 3])], reward);
    expect(band[0]).toEqual({ step: 0, mean: 1, lower: 1, upper: 1 });
    expect(band[1].mean).toBeCloseTo(2, 12);
    const t = 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)); // 4.303: two degrees of freedom have a closed form
    expect(band[1].upper - band[1].mean).toBeCloseTo(t * Math.sqrt(4 / 3), 9);
  });

  it("holds a run of the same recipe in 95 of 100 cases", () => {
    const rng = Rng.fromSeed(3);
    const another = (seed: number) => run(seed, [0, rng.normal()]);
    const inside = Array.from({ length: 1000 }, () => {
      const band = predictionBand([1, 2, 3, 4, 5].flatMap(another), reward);
      return Number(againstBand(band, another(6), reward)[1].inside);
    });
    expect(mean(inside)).toBeGreaterThan(0.93);
    expect(mean(inside)).toBeLessThan(0.97);
  });

  it("is compared where both were scored, and is refused for a single run", () => {
    const band = predictionBand([...run(1, [1, 1]), ...run(2, [1.2, 1.2])], reward);
    const unfinished = run(4, [5, 1]).filter(answer => answer.step === 0);
    expect(againstBand(band, unfinished, reward).map(p => [p.step, p.inside])).toEqual([[0, false]]);
    expect(() => predictionBand(run(1, [1, 1]), reward)).toThrow(/one run does not show how far runs differ/);
  });
});
