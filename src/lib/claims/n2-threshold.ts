/** N2: threshold decoding against a fixed number of tokens a step, at no more denoiser calls (Fast-dLLM, arXiv 2505.22618). */
import { matchedByCalls } from "../analysis/equal-calls.js";
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { contestOf, judgeContests, type ContestSample } from "./equal-calls.js";

export const n2Threshold: Claim = {
  id: "N2",
  figure: "n2-threshold",
  statement:
    "At no more denoiser calls, committing every token above a confidence threshold passes more often than committing the two, or four, surest at every step.",
  citation: "arXiv 2505.22618; comparison at equal calls is ours",
  published:
    "LLaDA on GSM8K, 5-shot: 79.2 at 2.5 times the speed of one token a step (79.3); HumanEval 43.9 against 41.5",
  criterion:
    "pass@1 (base tests) of threshold decoding minus that of 18 and of 9 steps by the same confidence, the probability of the token. For each training seed tau is, of those run, the one that makes most calls without making more than the fixed number of steps; pass rates play no part in the choice. Paired by training seed and problem: both intervals above 0.",
};

/** @param samples of one model: threshold decoding at several tau, and quotas at 18 and 9 steps under two scores */
export function judgeN2(samples: readonly ContestSample[], rng: Rng): JudgedClaim {
  const threshold = samples.filter(row => row.policy === "threshold");
  const contests = (remasking: string) =>
    [18, 9].map(steps => {
      const fixed = samples.filter(
        row => row.policy === "quota" && row.remasking === remasking && row.steps === steps,
      );
      return contestOf(`against ${steps} steps by ${remasking}`, matchedByCalls(fixed, threshold), fixed, rng);
    });
  return judgeContests(n2Threshold, contests("probability-untempered"), contests("neg-entropy"));
}
