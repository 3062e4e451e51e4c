import { describe, expect, it } from "vitest";
import {
  crossoverFlops,
  drawError,
  validationCurves,
  validationDifferences,
} from "../../src/lib/analysis/validation-loss.js";
import { Rng } from "../../src/lib/core/rng.js";

const row = (seed: number, problem: string, step: number, loss: number) => ({
  ...{ seed, problem, step, loss, recipe: "a", inputs: "hard" },
  ...{ epochs: step / 10, draws: 4, lossSd: 0.2 },
});

describe("validation curves", () => {
  it("average sequences within a seed, then seeds, moment by moment", () => {
    const rows = [row(1, "p", 0, 4), row(1, "q", 0, 2), row(2, "r", 0, 5), row(1, "p", 10, 1)];
    const points = validationCurves(rows, Rng.fromSeed(0));
    expect(points.map(p => [p.step, p.epochs, p.mean, p.n, p.seeds])).toEqual([
      [0, 0, 4, 3, 2],
      [10, 1, 1, 1, 1],
    ]);
  });

  it("carry the error that the draws of the masks leave: sd / sqrt(draws x sequences)", () => {
    expect(drawError([row(1, "p", 0, 4), row(1, "q", 0, 2)])).toBeCloseTo(0.2 / Math.sqrt(8), 9);
    expect(drawError([{ draws: 1, lossSd: 0 }])).toBe(0);
  });
});

describe("differences of validation losses", () => {
  it("are paired by seed, sequence and share of the run, however long either is", () => {
    const soft = [row(1, "p", 0, 3), row(1, "q", 0, 1), row(1, "p", 10, 1), row(1, "q", 10, 0.5)];
    const plain = [row(1, "p", 0, 4), row(1, "q", 0, 2), row(1, "p", 20, 1.5), row(1, "r", 20, 9)];
    const rows = [...soft.map(r => ({ ...r, inputs: "soft" })), ...plain.map(r => ({ ...r, recipe: "b" }))];
    const sides = [
      { recipe: "b", inputs: "hard" },
      { recipe: "a", inputs: "soft" },
    ] as const;
    const points = validationDifferences(rows, ...sides, Rng.fromSeed(0));
    expect(points.map(p => [p.recipe, p.step, p.mean, p.n])).toEqual([
      ["b", 0, 1, 2],
      ["b", 20, 0.5, 1],
    ]);
  });
});

describe("the fitted crossing of AR and diffusion (arXiv 2507.15857)", () => {
  it.each([
    [1e6, 2.12e15],
    [1e8, 4.724e19],
  ])("for %d unique tokens lies at %d FLOPs", (tokens, flops) => {
    expect(crossoverFlops(tokens) / flops).toBeCloseTo(1, 3);
  });
});
