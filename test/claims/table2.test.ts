import { expect, it } from "vitest";
import { table2Markdown } from "../../src/lib/claims/table2.js";

it("Table 2 has a line per model, ours with intervals and published numbers marked", () => {
  const row = { mean: 0.5, lower: 0.4, upper: 0.625, n: 60, seeds: 1 };
  const lines = table2Markdown([
    { ...row, estimator: "before", suite: "base" },
    { ...row, estimator: "d1", suite: "base" },
    { ...row, estimator: "d1", suite: "plus", mean: 0.25 },
  ]).split("\n");
  expect(lines[0]).toContain("published: HumanEval");
  expect(lines[2]).toBe(
    "| before | 50.0 [40.0, 62.5] | - | 60 problems, 1 RL seed | 72.0 / 65.2 / 75.1 / 61.9 |",
  );
  expect(lines[3]).toBe("| d1 | 50.0 [40.0, 62.5] | 25.0 [40.0, 62.5] | 60 problems, 1 RL seed | - |");
});
