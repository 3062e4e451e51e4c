import { settingColumns } from "../analysis/settings.js";
import { expect, it } from "vitest";
import type { CachedUnit } from "../../src/lib/analysis/cache-errors.js";
import { judgeN3, n3Blocks } from "../../src/lib/claims/n3-cache.js";
import { Rng } from "../../src/lib/core/rng.js";

/** Thirty problems whose error in the passes after the first is what `error` says, give or take a tenth. */
function judge(error: (cache: string, block: number) => number, first = 0) {
  const rows = ["prefix", "dual"].flatMap(cache =>
    n3Blocks.flatMap(blockLength =>
      Array.from({ length: 30 }, (_, i): CachedUnit => {
        const later = error(cache, blockLength) * (1 + 0.1 * (i % 2 === 0 ? 1 : -1));
        const unit = { seed: 1, problem: `p${i}`, kvCache: cache, blockLength };
        if (blockLength === 1) return { ...unit, positions: [36], divergences: [first], changed: [0] };
        return { ...unit, positions: [36, 30], divergences: [first, 66 * later], changed: [0, 1] };
      }),
    ),
  );
  const samples = ["quota blocks=12", "quota blocks=12 cache=dual"].flatMap((policy, k) =>
    Array.from({ length: 30 }, (_, i) => ({
      ...{ seed: 1, problem: `p${i}`, ...settingColumns(policy), remasking: "neg-entropy", steps: 36, calls: 36 },
      passedBase: i < 20 - 6 * k,
    })),
  );
  return judgeN3(rows, samples, Rng.fromSeed(0));
}

const growing = (cache: string, block: number) => (cache === "dual" ? 0.02 : 0.01) * block;

it("N3 holds where the error is 0 at first, grows with the block and is larger under the dual cache", () => {
  const { verdict, measured, detail } = judge(growing);
  expect(verdict).toBe("holds");
  expect(measured).toBeCloseTo(20); // prefix, 1 to 2 and dual minus prefix in blocks of 2, in thousandths
  expect(detail).toMatch(/dual minus prefix, blocks of 12: 120.000 .* Not decisive: prefix, 12 to 36: 240/);
  expect(detail).toMatch(/pass@1 .* quota blocks=12 cache=dual: -0.200 /);
});

it("N3 fails where one part does", () => {
  expect(judge(growing, 1).verdict).toBe("does-not-hold"); // the whole pass is not exact
  expect(judge((cache, block) => growing(cache, 5 - Math.min(4, block))).verdict).toBe("does-not-hold");
  expect(judge((cache, block) => growing(cache === "dual" ? "prefix" : "dual", block)).verdict).toBe(
    "does-not-hold",
  );
  expect(judge((_, block) => growing("dual", block)).verdict).toBe("inconclusive"); // equal caches
});
