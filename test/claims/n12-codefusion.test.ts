/** N12 on programs made up so that the answer is known. */
import { expect, it } from "vitest";
import type { ProgramSample } from "../../src/lib/analysis/programs.js";
import { judgeN12 } from "../../src/lib/claims/n12-codefusion.js";
import { Rng } from "../../src/lib/core/rng.js";

/** Twenty problems with two samples each; `valid` of the problems parse, ten pass, texts differ or not. */
function programs(
  readout: string,
  valid: number,
  differ: boolean,
  temperature = 0,
  passing = 10,
): ProgramSample[] {
  return Array.from({ length: 40 }, (_, i) => ({
    ...{ seed: 1, problem: `p${i >> 1}`, readout, temperature },
    ...{ text: differ ? `t${i % 2}` : "t", valid: i >> 1 < valid, passedBase: i >> 1 < passing },
  }));
}

const judge = (decoder: number, rounding: number, differ = true, parentDiffers = false) =>
  judgeN12(
    [
      ...programs("decoder", decoder, differ),
      ...programs("rounding", rounding, differ),
      ...programs("autoregressive", 20, true, 0.5, 18), // more often right: not compared
      ...programs("autoregressive", 20, parentDiffers, 1, 11),
    ],
    Rng.fromSeed(0),
  );

it("holds where the decoder's read-out is valid more often, fails where it is less often", () => {
  const [readout] = judge(18, 4);
  expect([readout.verdict, readout.measured, readout.n]).toEqual(["holds", 0.7, 20]);
  expect(readout.detail).toMatch(/Valid: 0.900 by the decoder, 0.200 rounded/);
  expect(judge(4, 18)[0].verdict).toBe("does-not-hold");
  expect(judge(10, 10)[0].verdict).toBe("inconclusive");
});

it("compares variety with the parent at the temperature of the nearest pass@1", () => {
  const [, variety] = judge(20, 20);
  expect([variety.verdict, variety.measured]).toEqual(["holds", 0.5]);
  expect(variety.detail).toMatch(/seed 1: pass@1 0.500 against 0.550 at T 1/);
  expect(judge(20, 20, false, true)[1].verdict).toBe("does-not-hold");
});
