/** N8: a learned order against orders by confidence. */
import type { Claim, Condition } from "../../claims/claim.js";

const inTwelve = { task: "minipy" } as const;
const learned = { ...inTwelve, policy: "quota dcolt", score: "learned" } as const;

export const learnedOrderClaims: readonly Claim[] = [
  {
    id: "N8",
    chapter: "beyond",
    figure: "n8-learned-order",
    statement:
      "With the model frozen, an order of unmasking learned from the reward passes more often than " +
      "confidence orders in as many steps.",
    citation: "arXiv 2505.10446, ablation; through summaries",
    published:
      "GSM8K, LLaDA: 47.3 without, 69.2 with the unmasking policy alone (its steps are not published)",
    conditions: (
      [
        { ...inTwelve, policy: "quota", score: "neg-entropy" },
        { ...inTwelve, policy: "quota", score: "probability-untempered" },
        { ...learned, policy: "quota dcolt-shuffled" },
      ] as const
    ).map((minus): Condition => ({ measure: "pass@1", of: learned, minus, above: 0 })),
    shown: "smallest",
    note:
      "The last is the same head trained with rewards shuffled within each group. The offset was " +
      "chosen after runs of twelve updates on seed 1, scored on problems of the dev split.",
    fixed: { on: "2026-11-30", hash: "d50d4759c72fab9f" },
  },
];
