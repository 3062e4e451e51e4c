import { expect, it } from "vitest";
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import { verdictMarkdown } from "../../src/lib/claims/markdown.js";

const row: JudgedClaim = {
  ...{ id: "F", chapter: "order", figure: "f", statement: "A over B.", citation: "§1", published: "higher" },
  ...{ criterion: "A minus B above 0.", hash: "0123456789abcdef", fixed: "2026-11-30", theorem: false },
  ...{ seedsAre: "training seed", measured: 0.123456, lower: 0.05, upper: 0.2, seeds: 3, n: 300 },
  ...{ verdict: "holds", scope: "under leftmost ties only", p: 0.01234, pHolm: 0.2, detail: "By seed." },
};

it(
  "a verdict stands beside the published number, with interval, p, size, scope and the criterion " +
    "with its date",
  () => {
    const [, , line, , detail] = verdictMarkdown([row]).split("\n");
    expect(line).toBe(
      "| F | A over B. | higher | 0.123 [0.05, 0.2] | 0.012, 0.2 | 300 problems, 3 training seeds | " +
        "**holds, under leftmost ties only** |",
    );
    expect(detail).toBe("- *F*: A minus B above 0. (§1; fixed 2026-11-30, 0123456789abcdef.) By seed.");
  },
);

it("a theorem check says so and has no p; an interval that is not known is a dash", () => {
  const [, , line] = verdictMarkdown([
    { ...row, theorem: true, p: NaN, lower: NaN, upper: NaN, scope: "", seeds: 1, verdict: "no-difference" },
  ]).split("\n");
  expect(line).toContain(
    "0.123 [-, -] | - | 300 problems, 1 training seed | **no difference that matters, theorem check** |",
  );
});
