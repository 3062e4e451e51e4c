/** The engine, on rows made up so that the answer is known. */
import { settingColumns } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import type { Claim, Condition, JudgedClaim } from "../../src/lib/claims/claim.js";
import { hashOf } from "../../src/lib/claims/hash.js";
import { judge } from "../../src/lib/claims/judge.js";
import type { Row } from "../../src/lib/claims/rows.js";

/** A claim about the conditions given, fixed as it stands. */
function claim(conditions: readonly Condition[], rest: Partial<Claim> = {}): Claim {
  const row: Claim = {
    ...{ id: "X", chapter: "beyond", figure: "x", statement: "", citation: "", published: "", conditions },
    ...rest,
    fixed: { on: "2026-11-30", hash: "" },
  };
  return { ...row, fixed: { on: "2026-11-30", hash: hashOf(row) } };
}

/** Rows of one setting: `passing` of ten problems of each seed pass, problems of its own for each seed. */
function samples(setting: object, passing: readonly number[]): Row[] {
  return passing.flatMap((count, s) =>
    Array.from({ length: 10 }, (_, i) => ({
      ...{ seed: s + 1, problem: `p${s}-${i}`, passedBase: i < count, passedPlus: null, correct: null },
      ...setting,
    })),
  );
}

function judged(one: Claim, rows: readonly Row[]): JudgedClaim {
  const [found] = judge([one], rows);
  return found;
}

const more = claim([{ measure: "pass@1", of: { method: "new" }, minus: { method: "old" }, above: 0 }]);
const against = (passing: readonly number[], old: readonly number[] = [5, 5, 5]) => [
  ...samples({ method: "new" }, passing),
  ...samples({ method: "old" }, old),
];

describe("the four outcomes", () => {
  it(
    "holds where the interval of Student's t over seeds lies above 0, with its size, p and values by " +
      "seed",
    () => {
      const found = judged(more, against([7, 8, 9]));
      expect(found).toMatchObject({ verdict: "holds", seeds: 3, n: 30 });
      expect(found.measured).toBeCloseTo(0.3, 12);
      expect(found.upper - found.measured).toBeCloseTo((4.3027 * 0.1) / Math.sqrt(3), 4);
      expect(found.p).toBeCloseTo(0.0351, 3);
      expect(found.detail).toContain("By training seed: 0.200, 0.300, 0.400.");
    },
  );

  it("does not hold where it lies below, and is open where it spans 0", () => {
    expect(judged(more, against([2, 3, 1])).verdict).toBe("does-not-hold");
    expect(judged(more, against([9, 4, 6])).verdict).toBe("inconclusive");
  });

  it("is no difference that matters where two one-sided tests leave less than three points", () => {
    const close = Array.from({ length: 100 }, (_, i) => i);
    const rows = ["new", "old"].flatMap(method =>
      [1, 2, 3].flatMap(seed =>
        close.map(i => {
          const passedBase = i < 50 + (method === "new" && seed === 1 ? 1 : 0);
          return { seed, problem: `p${seed}-${i}`, method, passedBase, passedPlus: null, correct: null };
        }),
      ),
    );
    const found = judged(more, rows);
    expect(found.verdict).toBe("no-difference");
    expect(found.upper).toBeGreaterThan(0);
    expect(found.p).toBeLessThan(0.05);
  });

  it("is no difference where it is clearly above 0 by less than matters; a row may ask for more", () => {
    const of = { method: "new" };
    const minus = { method: "old" };
    const row = (matters: number | null) => claim([{ measure: "pass@1", of, minus, above: 0, matters }]);
    const rows = against([7, 7, 7]);
    expect(judged(row(0.3), rows).verdict).toBe("no-difference");
    expect(judged(row(null), rows).verdict).toBe("holds");
  });

  it("fewer than three seeds say nothing, however far apart; of one there is no interval", () => {
    expect(judged(more, against([9, 9], [1, 1])).verdict).toBe("inconclusive");
    const one = judged(more, against([9], [1]));
    expect(one).toMatchObject({ verdict: "inconclusive", seeds: 1, measured: 0.8 });
    expect([one.lower, one.p]).toEqual([NaN, NaN]);
  });

  it("of bounds on both sides: within, outside, below", () => {
    const rows = samples({}, [5, 5, 5]);
    const verdict = (bound: object) =>
      judged(claim([{ measure: "pass@1", of: {}, ...bound } as Condition]), rows).verdict;
    expect(verdict({ within: [0.4, 0.6] })).toBe("holds");
    expect(verdict({ within: [0.6, 0.7] })).toBe("does-not-hold");
    expect(verdict({ outside: [0.6, 0.7] })).toBe("holds");
    expect(verdict({ outside: [0.4, 0.7] })).toBe("does-not-hold");
    expect(verdict({ below: 0.6 })).toBe("holds");
    expect(verdict({ below: 0.4 })).toBe("does-not-hold");
  });

  it("of a rule for every problem: one exception refutes", () => {
    const always = claim([{ measure: "pass@1", of: {}, always: { is: 1 } }]);
    expect(judged(always, samples({}, [10, 10, 10])).verdict).toBe("holds");
    expect(judged(always, samples({}, [10, 9, 10])).verdict).toBe("does-not-hold");
  });
});

describe("several conditions", () => {
  const side = (method: string): Condition => ({
    ...{ measure: "pass@1", of: { method }, minus: { method: "old" }, above: 0 },
  });
  const both = claim([side("a"), side("b")], { shown: "smallest" });
  const verdict = (a: readonly number[], b: readonly number[]) =>
    judged(both, [
      ...samples({ method: "a" }, a),
      ...samples({ method: "b" }, b),
      ...samples({ method: "old" }, [5, 5, 5]),
    ]);

  it("all must hold, one refutes; what is open stays open", () => {
    expect(verdict([7, 8, 9], [7, 7, 8]).verdict).toBe("holds");
    expect(verdict([7, 8, 9], [1, 2, 1]).verdict).toBe("does-not-hold");
    expect(verdict([7, 8, 9], [9, 2, 6]).verdict).toBe("inconclusive");
    expect(verdict([5, 5, 5], [9, 2, 6]).verdict).toBe("inconclusive");
    expect(verdict([5, 5, 5], [7, 8, 9]).verdict).toBe("no-difference");
  });

  it(
    "the p is that of what decides: the largest of those that hold, of those that refute the " +
      "smallest, corrected",
    () => {
      const alone = judged(claim([side("b")]), [
        ...samples({ method: "b" }, [1, 2, 1]),
        ...samples({ method: "old" }, [5, 5, 5]),
      ]);
      expect(verdict([7, 8, 9], [1, 2, 1]).p).toBeCloseTo(2 * alone.p, 12);
      expect(verdict([7, 8, 9], [7, 7, 7]).p).toBeCloseTo(0.0351, 3);
    },
  );

  it("the smallest difference is shown where the row says so", () => {
    expect(verdict([7, 8, 9], [7, 7, 8]).measured).toBeCloseTo(7 / 30, 12);
  });

  it("intervals for several together are wider", () => {
    const rows = against([7, 8, 9]);
    const together = judged(claim([{ ...more.conditions[0], together: 5 }]), rows);
    expect(together.lower).toBeLessThan(judged(more, rows).lower);
    expect(together.verdict).toBe("inconclusive");
  });

  it("a condition without rows keeps the rest from holding; without its first a claim is not judged", () => {
    const rows = [...samples({ method: "a" }, [7, 8, 9]), ...samples({ method: "old" }, [5, 5, 5])];
    expect(judged(both, rows).verdict).toBe("inconclusive");
    expect(judge([claim([side("b")])], rows)).toEqual([]);
  });
});

describe("what is compared", () => {
  it("differences of differences, twice the second, and shares of the first", () => {
    const rows = [
      ...samples({ t: 1, steps: 36 }, [8, 8, 8]),
      ...samples({ t: 1, steps: 18 }, [4, 4, 4]),
      ...samples({ t: 0, steps: 36 }, [10, 10, 10]),
      ...samples({ t: 0, steps: 18 }, [9, 9, 9]),
    ];
    const lost = (t: number) => ({ of: { t, steps: 36 }, minus: { t, steps: 18 } });
    const measured = (rest: object) =>
      judged(claim([{ measure: "pass@1", ...lost(1), above: 0, ...rest }]), rows).measured;
    expect(measured({ less: lost(0) })).toBeCloseTo(0.3, 12);
    expect(measured({ less: { ...lost(0), times: 2 } })).toBeCloseTo(0.2, 12);
    expect(measured({ less: lost(0), asShare: true })).toBeCloseTo(0.5 - 0.1, 12);
  });

  it("a ratio is of the means over seeds, not the mean of ratios", () => {
    const rows = [...samples({ steps: 36 }, [2, 10, 6]), ...samples({ steps: 18 }, [1, 10, 1])];
    const share = claim([
      { measure: "pass@1", of: { steps: 36 }, minus: { steps: 18 }, asShare: true, above: 0, matters: null },
    ]);
    expect(judged(share, rows).measured).toBeCloseTo(6 / 18, 12);
  });

  it("problems without a value on either side are left out of both", () => {
    const value = (method: string, i: number) =>
      i === 0 && method === "old" ? NaN : method === "new" ? i : 0;
    const rows = ["new", "old"].flatMap(method =>
      [1, 2, 3].flatMap(seed =>
        [0, 1, 2].map(i => ({
          seed,
          problem: `p${seed}-${i}`,
          method,
          order: [],
          globalArnessEos: [value(method, i)],
        })),
      ),
    );
    const row = claim([{ measure: "global", of: { method: "new" }, minus: { method: "old" }, above: 0 }]);
    expect(judged(row, rows)).toMatchObject({ measured: 1.5, n: 6 });
  });

  it("other problems on either side are compared by their means; half of them in common is an error", () => {
    const rows = (shift: number) => [
      ...samples({ method: "new" }, [7, 8, 9]),
      ...samples({ method: "old" }, [5, 5, 5]).map((row, i) => ({
        ...row,
        problem: `p${Math.floor(i / 10)}-${(i % 10) + shift}`,
      })),
    ];
    expect(judged(more, rows(10)).measured).toBeCloseTo(0.3, 12);
    expect(() => judge([more], rows(5))).toThrow(/seed 1, problem p0-0 is on one side only/);
  });

  it("parameters of a policy are columns, and an absent one is null", () => {
    const rows = [
      ...samples(settingColumns("dilated blocks=4"), [9, 9, 8]),
      ...samples(settingColumns("dilated blocks=4 theta=0.3"), [1, 1, 1]),
      ...samples(settingColumns("dilated"), [1, 1, 1]),
    ];
    const row = claim([{ measure: "pass@1", of: { policy: "dilated", blocks: 4, theta: null }, above: 0.5 }]);
    expect(judged(row, rows).measured).toBeCloseTo(26 / 30, 12);
  });

  it("of several settings each seed's fair one: most calls, and no more than the other side's", () => {
    const at = (tau: number, calls: number, passing: readonly number[]) =>
      samples({ ...settingColumns(`threshold tau=${tau}`), remasking: "s", steps: 36, calls }, passing);
    const rows = [
      ...at(0.5, 5, [10, 10, 10]), // cheaper: not chosen
      ...at(0.8, 8, [7, 8, 8]),
      ...at(0.99, 25, [10, 10, 10]), // dearer
      ...samples({ ...settingColumns("quota"), remasking: "s", steps: 9, calls: 9 }, [5, 5, 5]),
    ];
    const row = claim([
      {
        ...{ measure: "pass@1", of: { policy: "threshold" }, minus: { policy: "quota" }, above: 0 },
        matched: { side: "of", by: "calls" },
      },
    ]);
    const found = judged(row, rows);
    expect(found.measured).toBeCloseTo(8 / 30, 12);
    expect(found.detail).toContain("at 8.0 calls against 9.0 (threshold tau=0.8)");
  });

  it("moments are chosen by the rows: the last, and the one whose mean is lowest", () => {
    const losses = [3, 1, 2];
    const rows = [1, 2, 3].flatMap(seed =>
      losses.map((loss, step) => ({ seed, problem: `w${seed}`, step, loss: loss + seed / 100 })),
    );
    const [last, lowest] = [{ step: { pick: "last" } }, { step: { pick: "lowest" } }] as const;
    const row = claim([{ measure: "loss", of: last, minus: lowest, above: 0.05 }]);
    expect(judged(row, rows)).toMatchObject({ verdict: "holds", measured: expect.closeTo(1, 9) as number });
  });
});

describe("runs over the same problems", () => {
  const rewards = (estimator: string, lifts: readonly number[], hard: (i: number) => number) =>
    lifts.flatMap((lift, s) =>
      Array.from({ length: 12 }, (_, i) =>
        [0, 10, 20].map(step => ({
          ...{ seed: s + 1, problem: `h${i}`, combination: `c${i % 4}`, estimator, step },
          reward: 1 + lift + (estimator === "new" ? hard(i) : 0),
        })),
      ).flat(),
    );
  const row = claim(
    [{ measure: "held-out reward", of: { estimator: "new" }, minus: { estimator: "old" }, above: 0 }],
    { crossed: true, seedsAre: "RL seed" },
  );
  const rows = (hard: (i: number) => number) => [
    ...rewards("new", [0.5, 0.52, 0.48, 0.5], hard),
    ...rewards("old", [0, 0, 0, 0], hard),
  ];

  it("what the problems have in common widens the interval, though runs agree", () => {
    const [even, uneven] = [() => 0, (i: number) => (i % 4 === 0 ? 1.5 : -0.5)].map(hard =>
      judged(row, rows(hard)),
    );
    expect(even.measured).toBeCloseTo(uneven.measured, 9);
    expect(even.verdict).toBe("holds");
    expect(uneven.verdict).toBe("inconclusive");
  });

  it("runs that only one side has are left out, runs over other problems are refused", () => {
    const found = judged(
      row,
      rows(() => 0).filter(({ seed = 0 }) => seed < 4 || seed === 4),
    );
    expect(found).toMatchObject({ seeds: 4, n: 12, seedsAre: "RL seed" });
    expect(() =>
      judge(
        [row],
        rows(() => 0).filter(r => r.seed !== 2 || r.problem !== "h3"),
      ),
    ).toThrow(/scored on other problems/);
  });
});

describe("what stands beside a verdict", () => {
  const orders = [
    ["neg-entropy", "leftmost"],
    ["neg-entropy", "rightmost"],
    ["neg-entropy", "random"],
    ["neg-entropy-untempered", "leftmost"],
  ] as const;
  const row = claim([{ measure: "pass@1", of: {}, above: 0.5 }], { under: "orders" });
  const under = (...passing: readonly (readonly number[])[]) =>
    judged(
      row,
      passing.flatMap((counts, i) => samples({ remasking: orders[i][0], tieRule: orders[i][1] }, counts)),
    ).scope;

  it("its scope: the orders of decoding that agree with the one that decides", () => {
    const [high, low] = [
      [8, 9, 9],
      [1, 2, 1],
    ];
    expect(under(high, low, low, low)).toBe("under leftmost ties only");
    expect(under(high, low, high, low)).toBe("under leftmost ties and random ties only");
    expect(under(high, high)).toBe("under every order tried: leftmost ties and rightmost ties");
    expect(under(high)).toBe("under leftmost ties, the only order tried");
  });

  it("a theorem check has no p", () => {
    const theorem = claim(more.conditions, { theorem: true });
    expect(judged(theorem, against([7, 8, 9]))).toMatchObject({ verdict: "holds", theorem: true, p: NaN });
  });

  it("a criterion that is not the one that was fixed is refused, with the hash to write down", () => {
    const moved = { ...more, conditions: [{ ...more.conditions[0], above: 0.01 }] as readonly Condition[] };
    expect(() => judge([moved], [])).toThrow(new RegExp(`not the one fixed on 2026-11-30.*${hashOf(moved)}`));
  });

  it("a name that no chapter has is told with those that are near", () => {
    expect(() => judge(["N22"], [])).toThrow(/N2/);
  });
});
