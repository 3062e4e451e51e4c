/** N6: lookahead unmasking against plain decoding that is given its calls (LookUM, arXiv 2511.05563). */
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { contestOf, judgeContests, type ContestSample } from "./equal-calls.js";

export const n6Lookahead: Claim = {
  id: "N6",
  figure: "n6-lookahead",
  statement:
    "In as many denoiser calls, trying two or three sets of tokens a step and going on from one that leaves the model sure passes more often than taking the surest tokens in more steps.",
  citation: "arXiv 2511.05563 (by summaries); comparison at equal calls is ours",
  published:
    "at equal steps: LLaDA MBPP-256 36.2 against 28.4, HumanEval-128 27.4 against 25.6; no comparison at equal calls",
  criterion:
    "pass@1 (base tests) of lookahead with importance weights (2 and 3 paths, 9 steps: 17 and 25 calls) minus that of plain decoding by the same score in 17 and 25 steps. Paired by training seed and problem: both intervals above 0. Particles (SMC), and the comparison at equal steps, are in the note.",
};

/** Paths, and the calls that they take in 9 steps: one at first, one a path after. */
export const n6Paths = [
  { paths: 2, calls: 17 },
  { paths: 3, calls: 25 },
] as const;

/** @param samples of one model: lookahead in 9 steps by importance weights and by particles, and quotas of 9, 17 and 25 steps, by one score */
export function judgeN6(samples: readonly ContestSample[], rng: Rng): JudgedClaim {
  const plain = (steps: number) => samples.filter(row => row.policy === "quota" && row.steps === steps);
  const contests = (select: string, opponent: (calls: number) => number) =>
    n6Paths.map(({ paths, calls }) => {
      const method = samples.filter(row => row.paths === paths && row.select === select);
      const steps = opponent(calls);
      return contestOf(`${paths} paths by ${select} against ${steps} steps`, method, plain(steps), rng);
    });
  const equalCalls = (calls: number) => calls;
  return judgeContests(n6Lookahead, contests("importance", equalCalls), [
    ...contests("smc", equalCalls),
    ...contests("importance", () => 9),
    ...contests("smc", () => 9),
  ]);
}
