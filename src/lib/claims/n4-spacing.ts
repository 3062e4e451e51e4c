/** N4: the spacing filter on entropy-bounded sampling, at no more denoiser calls (arXiv 2506.19037 §4.4, 2505.24857). */
import { matchedByCalls } from "../analysis/equal-calls.js";
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { contestOf, judgeContests, type ContestSample } from "./equal-calls.js";

export const n4Spacing: Claim = {
  id: "N4",
  figure: "n4-spacing",
  statement:
    "At no more denoiser calls, entropy-bounded sampling passes more often when tokens committed together are kept apart.",
  citation: "arXiv 2506.19037 §4.4 (by summaries); comparison at equal calls is ours",
  published:
    "LLaDA-Instruct on HumanEval, gamma 2: 24.4 at 35 calls without, 37.8 at 59 calls with the filter (not matched)",
  criterion:
    "pass@1 (base tests) with the filter (start stride 8) minus without, at gamma 0.2 and 0.5 without. For each training seed gamma with the filter is, of those run, the one that makes most calls without making more; pass rates play no part in the choice. Paired by training seed and problem: both intervals above 0.",
};

/** Bounds without the filter at which the claim is decided, in bits. */
export const n4Gammas = [0.2, 0.5] as const;

/** @param samples of one model: entropy-bounded sampling at several gamma, with and without the filter */
export function judgeN4(samples: readonly ContestSample[], rng: Rng): JudgedClaim {
  const bounded = samples.filter(row => row.policy === "entropy-bounded");
  const filtered = bounded.filter(row => Number(row.spacing) > 0);
  const contests = n4Gammas.map(gamma => {
    const plain = bounded.filter(row => row.gamma === gamma && row.spacing === 0);
    return contestOf(`against gamma ${gamma} unfiltered`, matchedByCalls(plain, filtered), plain, rng);
  });
  return judgeContests(n4Spacing, contests, []);
}
