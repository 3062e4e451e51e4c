/** N8: an order learned by reward on a frozen model (DCoLT's unmasking policy alone, arXiv 2505.10446), at equal steps. */
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { contestOf, judgeContests, type ContestSample } from "./equal-calls.js";

export const n8LearnedOrder: Claim = {
  id: "N8",
  figure: "n8-learned-order",
  statement:
    "With the model frozen, an order of unmasking learned from the reward passes more often than confidence orders in as many steps.",
  citation: "arXiv 2505.10446, ablation; through summaries",
  published: "GSM8K, LLaDA: 47.3 without, 69.2 with the unmasking policy alone (its steps are not published)",
  criterion:
    "pass@1 (base tests, what the reward sees) of the learned order minus that of the public order (negative entropy, leftmost ties), of the order by untempered probability, and of the same head trained with rewards shuffled within each group; all in 12 steps of 3 tokens at T 0.2, paired by training seed and problem: every interval above 0. The offset was chosen after runs of twelve updates on seed 1, scored on problems of the dev split; no test problem was decoded with a head before this was fixed.",
};

/** How the rows of a setting are told: heads by their recipe. */
export const n8Settings = [
  { label: "learned", head: "dcolt", remasking: "learned" },
  { label: "learned, shuffled rewards", head: "dcolt-shuffled", remasking: "learned" },
  { label: "public order", head: null, remasking: "neg-entropy" },
  { label: "probability", head: null, remasking: "probability-untempered" },
] as const;

/** The setting of a row. @throws Error for a row of none */
export function n8Label({ head, remasking }: Pick<ContestSample, "head" | "remasking">): string {
  const found = n8Settings.find(setting => setting.head === head && setting.remasking === remasking);
  if (found === undefined) throw new Error(`internal: ${head} by ${remasking} is no setting of N8`);
  return found.label;
}

/** @param rows of every setting, over the same seeds and problems */
export function judgeN8(rows: readonly ContestSample[], rng: Rng): JudgedClaim {
  const of = (label: string) => rows.filter(row => n8Label(row) === label);
  const against = ["public order", "probability", "learned, shuffled rewards"];
  const contests = against.map(label => contestOf(`against ${label}`, of("learned"), of(label), rng));
  return judgeContests(n8LearnedOrder, contests, []);
}
