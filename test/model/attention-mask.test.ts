import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { annealedBias, annealingRatio } from "../../src/lib/model/attention-mask.js";

/** Share of open entries of a 4 x 4 matrix. */
const open = (bias: Float32Array) => bias.filter(x => x === 0).length / bias.length;

describe("annealed attention (arXiv 2410.17891)", () => {
  it.each([
    [0, 0.625038],
    [4999, 0.8125],
    [9999, 1],
    [12_000, 1],
  ])("has at step %i of 10,000 an expected share of open entries of %f", (step, share) => {
    const ratio = annealingRatio(step, 10_000);
    expect((10 + 6 * ratio) / 16).toBeCloseTo(share, 6);
    const rng = Rng.fromSeed(step);
    let sum = 0;
    for (let i = 0; i < 4000; i++) sum += open(annealedBias(4, ratio, () => rng.uniform()));
    // Six entries drawn, 4,000 times: four standard errors of their share, of 16 entries.
    expect(Math.abs(sum / 4000 - share)).toBeLessThan(
      (4 * Math.sqrt((6 * ratio * (1 - ratio)) / 4000)) / 16 + 1e-12,
    );
  });

  it("is causal at ratio 0 and full at 1, and without annealing full from the start", () => {
    const draw = () => 0.5;
    expect([...annealedBias(3, 0, draw)].map(x => x === 0)).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
    expect(open(annealedBias(4, 1, draw))).toBe(1);
    expect(annealingRatio(0, 0)).toBe(1);
  });
});
