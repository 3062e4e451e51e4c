/**
 * The shipped logs, read by the engine, give what figures/claims.json says; npm run verify does the same for
 * all claims.
 */
import { expect, it } from "vitest";
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import { claimOf, judge } from "../../src/lib/claims/judge.js";
import { logsOf, rowsOf } from "../../src/lib/notebooks/claim-logs.js";
import { readClaims, rounded } from "../../src/lib/notebooks/claims-store.js";
import { publishedFolder } from "../../src/lib/study/profile.js";

const figures = [
  ["n11-annealing", ["N11-shift", "N11-anneal", "N11-larger"]],
  ["n13-ar-against-diffusion", ["N13-early", "N13-overfit", "N13-cross", "N13-best"]],
  ["n9-reward-curves", ["N9-steady", "N9-coupled"]],
  ["a4-exponents", ["A4-outliers"]],
  ["bf16-loss", ["BF16-loss"]],
  ["bf16-exponents", ["BF16-outliers", "BF16-rounding"]],
  ["ties-precision", ["BF16-pass", "BF16-ties", "BF16-order"]],
] as const;

it.each(figures)("%s", (figure, ids) => {
  const runs = logsOf(figure);
  const rows = runs === null ? [] : rowsOf(claimOf(ids[0]), runs);
  const recorded = readClaims(publishedFolder);
  const numbers = ({ id, measured, lower, upper, p, seeds, n, verdict, scope, hash }: JudgedClaim) => ({
    ...{ id, measured, lower, upper, p, seeds, n, verdict, scope, hash },
  });
  const found = judge(ids, rows).map(rounded).map(numbers);
  expect(found).toEqual(ids.map(id => recorded.filter(row => row.id === id).map(numbers)[0]));
});
