/** The rows of all chapters: what each must have, whatever it says. */
import { describe, expect, it } from "vitest";
import { claims } from "../../src/lib/claims/chapters/index.js";
import { chapters, type Claim } from "../../src/lib/claims/claim.js";
import { criterionOf } from "../../src/lib/claims/criterion.js";
import { hashOf } from "../../src/lib/claims/hash.js";
import { judge } from "../../src/lib/claims/judge.js";
import { sourcesOf } from "../../src/lib/notebooks/claim-logs.js";

it("names are told apart, chapters known, and nothing is claimed twice", () => {
  expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  expect(claims.filter(({ chapter }) => !(chapter in chapters))).toEqual([]);
});

it.each(claims.map(claim => [claim.id, claim] as const))(
  "%s: its criterion is the one that was fixed",
  (_, claim) => {
    expect(claim.fixed.hash).toBe(hashOf(claim));
    expect(claim.fixed.on).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  },
);

it("every claim has a figure that is shipped and names its runs", () => {
  expect(claims.filter(({ figure }) => sourcesOf(figure).length === 0).map(({ id }) => id)).toEqual([]);
});

it("what follows from a proof or from how it is made is marked", () => {
  expect(
    claims
      .filter(({ theorem }) => theorem)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(["A4-full", "A4-unbiased", "A4-variance", "F8", "F8-sum"]);
});

describe("the sentence of a criterion is made from the row", () => {
  const of = (id: string) => criterionOf(claims.find(claim => claim.id === id) ?? claims[0]);

  it("a paired difference, its bound, its interval and what would not matter", () => {
    expect(of("F4-long-pass")).toBe(
      "Pass@1 (base tests): stage1 minus stage1-long: above 0. Intervals: 95%, Student's t over " +
        "training seeds, " +
        "each with problems of its own; inconclusive with fewer than 3 training seeds. No difference " +
        "that matters where " +
        "two one-sided tests at 5% put it within 0.03 of 0. Decided under leftmost ties, the public " +
        "decoder's order; " +
        "the scope names the orders that agree.",
    );
  });

  it("what both sides have in common is said once", () => {
    expect(of("F10")).toContain("T 0.2 minus T 1.2: above 0");
    expect(of("F7-d1")).toContain(
      "sampling rollout: coupled minus d1: above 0. Intervals: 95%, two-way random effects",
    );
  });

  it("no part of a row is left without words", () => {
    for (const claim of claims) expect(criterionOf(claim)).not.toMatch(/undefined|\[object|NaN| {2}|: :/);
  });

  it("another number is another sentence and another hash", () => {
    const [claim] = claims.filter(({ id }) => id === "F6-hot");
    const [first, ...others] = claim.conditions;
    const changed = { ...claim, conditions: [{ ...first, above: 0.2 }, ...others] } as typeof claim;
    expect(criterionOf(changed)).not.toBe(criterionOf(claim));
    expect(hashOf(changed)).not.toBe(hashOf(claim));
    expect(hashOf({ ...claim, note: "said otherwise", statement: "in other words" })).toBe(hashOf(claim));
  });
});

it("another claim is a row and a name in a notebook: pass@1 in blocks of 8 minus in blocks of 4", () => {
  const row: Claim = {
    ...{ id: "N1-pass", chapter: "faster", figure: "n1-blocks", citation: "ours", published: "none" },
    statement: "Longer blocks pass more often.",
    conditions: [{ measure: "pass@1", of: { block: 8 }, minus: { block: 4 }, above: 0 }],
    fixed: { on: "2026-11-30", hash: "6239554ecc02ed69" },
  };
  const rows = [1, 2, 3].flatMap(seed =>
    [4, 8].flatMap(block =>
      [0, 1, 2, 3].map(i => ({
        seed,
        problem: `p${seed}-${i}`,
        block,
        passedBase: i < block / 3,
        passedPlus: null,
        correct: null,
      })),
    ),
  );
  const [judged] = judge([row], rows);
  expect(judged).toMatchObject({ verdict: "holds", measured: 0.25, seeds: 3, n: 12 });
  expect(judged.criterion).toMatch(/^Pass@1 \(base tests\): block 8 minus block 4: above 0\./);
});
