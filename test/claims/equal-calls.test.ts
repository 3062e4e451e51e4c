/** The claims about decoding policies, on samples made up so that the answer is known. */
import { settingColumns } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import type { ContestSample } from "../../src/lib/claims/equal-calls.js";
import { judgeN2 } from "../../src/lib/claims/n2-threshold.js";
import { judgeN4 } from "../../src/lib/claims/n4-spacing.js";
import { judgeN5 } from "../../src/lib/claims/n5-dilated.js";
import { judgeN6 } from "../../src/lib/claims/n6-lookahead.js";
import { judgeN8 } from "../../src/lib/claims/n8-learned-order.js";
import { Rng } from "../../src/lib/core/rng.js";

/** Twenty problems; the first `passing` of them pass. */
function samples(
  policy: string,
  calls: number,
  passing: number,
  { remasking = "probability-untempered", steps = 36 } = {},
): ContestSample[] {
  return Array.from({ length: 20 }, (_, i) => ({
    ...{ seed: 1, problem: `p${i}`, ...settingColumns(policy), remasking, steps, calls },
    passedBase: i < passing,
  }));
}

const fixed = (steps: number, passing: number, remasking?: string, blocks = "") =>
  samples(`quota${blocks}`, steps, passing, { remasking, steps });
const rng = () => Rng.fromSeed(0);

describe("N2", () => {
  const judge = (bold: number, careful: number) =>
    judgeN2(
      [
        ...[18, 9].flatMap(steps => [fixed(steps, 10), fixed(steps, 10, "neg-entropy")]).flat(),
        ...samples("threshold tau=0.5", 5, 20), // cheaper than both: never matched
        ...samples("threshold tau=0.8", 8, bold),
        ...samples("threshold tau=0.95", 15, careful),
        ...samples("threshold tau=0.99", 25, 20), // dearer than both
      ],
      rng(),
    );

  it("holds where the matched settings pass more at both budgets", () => {
    const { verdict, measured, detail } = judge(17, 18);
    expect([verdict, measured]).toEqual(["holds", 0.35]);
    expect(detail).toMatch(/against 9 steps by probability-untempered: 0.350 .* at 8.0 calls against 9.0/);
    expect(detail).toMatch(/Not decisive: against 18 steps by neg-entropy/);
  });

  it("does not hold where one passes less, and is inconclusive where one is equal", () => {
    expect(judge(17, 2).verdict).toBe("does-not-hold");
    expect(judge(10, 18).verdict).toBe("inconclusive");
  });
});

it("N4 compares the filter at no more calls than without", () => {
  const bounded = (settings: string, calls: number, passing: number) =>
    samples(`entropy-bounded ${settings}`, calls, passing, { remasking: "neg-entropy-untempered" });
  const judge = (filtered: number) =>
    judgeN4(
      [
        ...bounded("gamma=0.2", 17, 10),
        ...bounded("gamma=0.5", 10, 10),
        ...bounded("gamma=0.5 spacing=8", 16, filtered),
        ...bounded("gamma=1 spacing=8", 11, 20), // chosen for neither
        ...bounded("gamma=2 spacing=8", 9, filtered),
      ],
      rng(),
    ).verdict;
  expect([judge(18), judge(3)]).toEqual(["holds", "does-not-hold"]);
});

it("N5 compares schedules in the same blocks", () => {
  const judge = (passing: number) =>
    judgeN5(
      (
        [
          [" blocks=4", 18],
          [" blocks=12", 9],
          ["", 5],
        ] as const
      ).flatMap(([blocks, calls]) => [
        ...fixed(calls, 10, undefined, blocks),
        ...samples(`dilated${blocks}`, calls, passing),
        ...samples(`dilated theta=0.3${blocks}`, calls, 20),
      ]),
      rng(),
    ).verdict;
  expect([judge(18), judge(10), judge(2)]).toEqual(["holds", "inconclusive", "does-not-hold"]);
});

it("N6 decides at equal calls, and reports equal steps beside", () => {
  const judge = (passing: number) =>
    judgeN6(
      [
        ...[9, 17, 25].flatMap(steps => fixed(steps, steps === 9 ? 2 : 10)),
        ...[2, 3].flatMap(paths =>
          ["importance", "smc"].flatMap(select =>
            samples(`lookahead paths=${paths} select=${select}`, 1 + 8 * paths, passing, { steps: 9 }),
          ),
        ),
      ],
      rng(),
    );
  expect(judge(18).verdict).toBe("holds");
  expect(judge(10).verdict).toBe("inconclusive");
  const between = judge(6); // better than 9 steps, worse than as many calls
  expect(between.verdict).toBe("does-not-hold");
  expect(between.detail).toMatch(/2 paths by importance against 9 steps: 0.200 /);
});

it("N8 must beat both confidence orders and the head trained on shuffled rewards", () => {
  const judge = (learned: number, shuffled: number, probability = 10) =>
    judgeN8(
      [
        ...samples("quota dcolt", 12, learned, { remasking: "learned", steps: 12 }),
        ...samples("quota dcolt-shuffled", 12, shuffled, { remasking: "learned", steps: 12 }),
        ...fixed(12, 9, "neg-entropy"),
        ...fixed(12, probability),
      ],
      rng(),
    );
  expect(judge(18, 5)).toMatchObject({ verdict: "holds", measured: 0.4 });
  expect(judge(18, 18).verdict).toBe("inconclusive"); // the reward taught nothing
  expect(judge(10, 5).verdict).toBe("inconclusive");
  expect(judge(3, 2).verdict).toBe("does-not-hold");
  expect(() => judgeN8(fixed(12, 9, "margin"), rng())).toThrow(/null by margin is no setting of N8/);
});
