/** N5: the dilated schedule against the surest positions, in the same blocks and as many calls (DUS, arXiv 2506.19037). */
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { contestOf, judgeContests, type ContestSample } from "./equal-calls.js";

export const n5Dilated: Claim = {
  id: "N5",
  figure: "n5-dilated",
  statement:
    "In as many denoiser calls, revealing a block coarse to fine by a fixed schedule passes more often than revealing its surest tokens, as many at every step.",
  citation: "arXiv 2506.19037 (tables by summaries)",
  published:
    "LLaDA-Instruct at equal calls, blocks of 32: MBPP 23.2 against 14.0, HumanEval 10.37 against 9.76, GSM8K 65.7 or 57.1 against 38.7 or 18.7",
  criterion:
    "pass@1 (base tests) of the dilated schedule (base 2) minus that of the surest tokens by their probability, in blocks of 4, 12 and 36 at 18, 9 and 5 calls. Paired by training seed and problem: all three intervals above 0. With the skip rule (theta 0.3): in the note.",
};

/** Block lengths, and the calls that the schedule takes for a completion of 36 tokens. */
export const n5Blocks = [
  { block: 4, steps: 18 },
  { block: 12, steps: 9 },
  { block: 36, steps: 5 },
] as const;

/** @param samples of one model: dilated decoding with and without the skip rule, and quotas of as many steps, in the same blocks */
export function judgeN5(samples: readonly ContestSample[], rng: Rng): JudgedClaim {
  const contests = (theta: number) =>
    n5Blocks.map(({ block, steps }) => {
      const inBlocks = samples.filter(row => row.blockLength === (block === 36 ? null : block));
      const method = inBlocks.filter(row => row.policy === "dilated" && row.theta === theta);
      const fixed = inBlocks.filter(row => row.policy === "quota" && row.steps === steps);
      return contestOf(`blocks of ${block}${theta > 0 ? ` theta=${theta}` : ""}`, method, fixed, rng);
    });
  return judgeContests(n5Dilated, contests(0), contests(0.3));
}
