import { expect, it } from "vitest";
import { judgeN10, type RepairUnit } from "../../src/lib/claims/n10-lamp.js";
import { Rng } from "../../src/lib/core/rng.js";

/** Forty problems; of the first `full` the reward is 1, of the others a half. */
function rows(reward: string, iterations: number, method: string, full: number): RepairUnit[] {
  return Array.from({ length: 40 }, (_, i) => ({
    ...{ seed: 1, problem: `p${i}`, reward, iterations, method, calls: method === "plain" ? 36 : 105 },
    ...{ score: i < full ? 1 : 0.5, passedPlus: i < full, edits: 3, accepted: i < 4 ? 1 : 0 },
  }));
}

function judge(lamp: number, best: number) {
  const setting = (reward: string, k: number, own: number) => [
    ...rows(reward, k, "plain", 10),
    ...rows(reward, k, "LAMP", own),
    ...rows(reward, k, "LAMP, best candidate", 30),
    ...rows(reward, k, `best of ${k + 1}`, best),
  ];
  const all = [...setting("tests", 2, lamp), ...setting("syntax", 2, 10), ...setting("tests", 10, 40)];
  return judgeN10(all, Rng.fromSeed(0));
}

it("N10 holds where the oracle's reward gains on plain decoding and on the best of three", () => {
  const { verdict, measured, detail } = judge(35, 20);
  expect([verdict, measured]).toEqual(["holds", 0.1875]); // 15 problems of 40, half a reward each
  expect(detail).toMatch(/LAMP minus best of 3 0.188 .* at 105.0 calls against 105.0/);
  expect(detail).toMatch(/4 of 120 \(tests reward, K = 2\); 4 of 120 \(syntax/);
  expect(detail).toMatch(/Not decisive: .*K = 10: LAMP minus plain 0.375/);
});

it("N10 fails where choosing is better, and is inconclusive where nothing moves", () => {
  expect(judge(20, 35).verdict).toBe("does-not-hold");
  expect(judge(10, 10).verdict).toBe("inconclusive");
});
