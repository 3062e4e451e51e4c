import { expect, it } from "vitest";
import { judgeN5Markov, type ChainSample } from "../../src/lib/claims/n5-markov.js";
import { Rng } from "../../src/lib/core/rng.js";

/** A hundred sequences of a method, the first `valid` of them valid. */
function samples(lag: number, policy: string, tieRule: string, valid: number): ChainSample[] {
  return Array.from({ length: 100 }, (_, i) => ({
    ...{ seed: 1, problem: `s${i}`, policy, tieRule, steps: policy === "quota" ? 4 : 16 },
    ...{ form: `lag ${lag}`, correct: i < valid },
  }));
}

function verdicts(dilatedByLag: Readonly<Record<number, number>>) {
  const rows = [1, 2, 4, 8].flatMap(lag => [
    ...samples(lag, "dilated", "leftmost", dilatedByLag[lag]),
    ...samples(lag, "quota", "leftmost", 50),
    ...samples(lag, "quota", "random", 50),
  ]);
  return judgeN5Markov(rows, Rng.fromSeed(0)).map(claim => claim.verdict);
}

it("N5 holds where near dependence gains and dependence at the stride does not", () => {
  expect(verdicts({ 1: 80, 2: 10, 4: 20, 8: 20 })).toEqual(["holds", "holds"]);
});

it("N5 fails in both parts where the gain is the other way round", () => {
  expect(verdicts({ 1: 20, 2: 80, 4: 20, 8: 80 })).toEqual(["does-not-hold", "does-not-hold"]);
  expect(verdicts({ 1: 50, 2: 80, 4: 20, 8: 20 })).toEqual(["inconclusive", "holds"]);
});
