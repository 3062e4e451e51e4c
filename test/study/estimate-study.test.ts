/**
 * The estimates log of a shipped model: which rows it holds, and that a killed run ends with the same ones.
 */
import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { estimatedProblems, expectation } from "../../src/lib/analysis/estimates.js";
import { runsFolder } from "../../src/lib/host/runs-folder.js";
import type { EstimateRow } from "../../src/lib/log/schemas.js";
import { study } from "../../src/lib/study/study.js";
import { closeDecoders } from "../../src/lib/study/workers.js";

const draws = { end: 400, whole: 1 };
const plan = {
  ...{ measure: "estimates" as const, study: "test-estimates", seeds: [1], problems: 2 },
  ...{ endTokens: 3, draws, pairs: [1, 2] },
};
let rows: readonly EstimateRow[];
let file: string;

beforeAll(async () => {
  rmSync(runsFolder("test-estimates"), { recursive: true, force: true });
  const { runs } = await study(plan);
  [{ rows }] = runs;
  file = join(runs[0].folder, "estimates.arrow");
}, 60_000);
afterAll(closeDecoders);

describe("an estimates log", () => {
  it("holds in each scope the full mask, and twice as many draws with one pair as with two", () => {
    const count = (scope: string, estimator: string, pairs: number) =>
      rows.filter(r => r.scope === scope && r.estimator === estimator && r.pairs === pairs).length / 2;
    for (const [scope, drawn] of Object.entries(draws)) {
      expect(count(scope, "full-mask", 0)).toBe(1);
      for (const kind of ["coupled", "de-coupled"])
        expect([1, 2].map(pairs => count(scope, kind, pairs))).toEqual([2 * drawn, drawn]);
    }
    expect(rows.filter(r => r.estimator.startsWith("exact")).every(r => r.scope === "end")).toBe(true);
    expect(rows.filter(r => r.scope === "end").every(r => r.estimates.length === 3)).toBe(true);
  });

  it("its draws average to the enumerated expectation", () => {
    for (const of of estimatedProblems(rows).filter(p => p.scope === "end")) {
      const { mean: means, variance } = of.drawn("coupled", 1);
      const average = means.reduce((a, b) => a + b, 0) / 3;
      // tokens of a draw may all move together: at most the mean of their standard errors, times five
      const error = variance.reduce((a, b) => a + Math.sqrt(b / 800), 0) / 3;
      expect(Math.abs(average - expectation(of, 1))).toBeLessThan(5 * error);
    }
  });

  it("of a run that was cut goes on with the same rows", async () => {
    truncateSync(file, Math.floor(statSync(file).size * 0.7));
    expect((await study(plan)).rows).toEqual(rows);
  });
});
