import { describe, expect, it } from "vitest";
import { estimatedProblems, type EstimateDraw } from "../../src/lib/analysis/estimates.js";
import { judgeA4, judgeOutliers } from "../../src/lib/claims/a4-estimator.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);

/**
 * One token a problem with v = -2 and l = `full`: expectation full / 2 - 2. Two draws of each estimator, at `spread` on
 * either side of it and `off` beside it; variances are 2 spread^2.
 */
function problems(full: number, spread: { coupled: number; decoupled: number }, off = 0) {
  const rows = Array.from({ length: 8 }, (_, i) => `p${i}`).flatMap(problem =>
    ["end", "whole"].flatMap((scope): EstimateDraw[] => {
      const row = (estimator: string, draw: number, value: number, pairs: number) => ({
        ...{ seed: 1, problem, scope, estimator, draw, pairs },
        estimates: [value],
      });
      const draws = (estimator: string, half: number, pairs: number) => {
        const expected = (full - 4 * pairs) / (pairs + 1) + off;
        return [-half, half].map((d, draw) => row(estimator, draw, expected + d, pairs));
      };
      return [
        row("full-mask", 0, full, 0),
        ...(scope === "end"
          ? [row("exact mean", 0, -2, 0), row("exact square", 0, 6, 0), row("exact product", 0, 4, 0)]
          : []),
        ...[1, 2, 4].flatMap(pairs => [
          ...draws("coupled", spread.coupled, pairs),
          ...draws("de-coupled", spread.decoupled, pairs),
        ]),
      ];
    }),
  );
  return estimatedProblems(rows);
}

const verdicts = (...given: Parameters<typeof problems>) =>
  Object.fromEntries(judgeA4(problems(...given), rng()).map(claim => [claim.id, claim.verdict]));

describe("A4", () => {
  it("holds in all parts when the means agree and the variances differ by v^2 / 2", () => {
    // 2 x 1.5^2 - 2 x 1.1180^2 = 2 = (-2)^2 / 2
    expect(verdicts(-4, { coupled: Math.sqrt(1.25), decoupled: 1.5 })).toEqual({
      "A4-unbiased": "holds",
      "A4-variance": "holds",
      "A4-size": "holds",
      "A4-full": "holds",
    });
  });

  it("fails where estimates are off, coupling raises the variance, or the full mask agrees", () => {
    expect(verdicts(-2, { coupled: 1.5, decoupled: 1 }, -0.2)).toEqual({
      "A4-unbiased": "does-not-hold", // off by 0.2 of 3
      "A4-variance": "does-not-hold",
      "A4-size": "does-not-hold",
      "A4-full": "does-not-hold", // l = v: no bias
    });
  });

  it("its full mask may lie above as well as below", () => {
    expect(verdicts(-1, { coupled: 1, decoupled: 2 })["A4-full"]).toBe("holds");
  });
});

describe("A4-outliers", () => {
  const judged = (large: number) =>
    judgeOutliers(
      ["p0", "p1"].map(problem => ({
        ...{ seed: 1, problem, updates: 16 },
        shifts: [...new Array<number>(99).fill(0.5), large],
        weights: new Array<number>(100).fill(1.5),
      })),
      rng(),
    );

  it("holds when the largest hundredth makes more than half of the KL term", () => {
    expect(judged(-6).verdict).toBe("holds");
    expect(judged(-0.5).verdict).toBe("does-not-hold");
  });

  it("tells the largest term in each form", () => {
    expect(judged(-6).detail).toContain(`Largest k3: ${(Math.exp(6) - 7).toPrecision(3)} (public)`);
  });
});
