/**
 * N9: diffu-GRPO (d1, arXiv 2504.12216) with four updates from every batch of rollouts: what hiding 15% of the prompt does
 * to the full-mask estimate, and how both compare with coupled masks.
 */
import type { HeldOutAnswer } from "../analysis/held-out.js";
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import { fallOf, held, judgeCurves, rewardOf, rule, type CurveComparison } from "./reward-curves.js";

const common = { figure: "n9-reward-curves", seedsAre: "RL seed" } as const;
const study = "n9-mu";
const setting =
  "With four updates from a batch of rollouts, each estimator at the rate that is best for it with two, at the temperature of the rollouts:";

export const n9Steady: Claim = {
  ...common,
  id: "N9-steady",
  statement:
    "With four updates from a batch of rollouts, masking 15% of the prompt makes the full-mask estimate train more steadily.",
  citation: "arXiv 2504.12216; the measure is ours",
  published:
    "with prompt masking and 8 or 12 updates a batch, rewards rise in 12 of 12 settings; no number without",
  criterion: `${setting} how far the curve of held-out reward lies below the highest that it has been, averaged over the scored steps, full-mask minus d1, ${rule}`,
};

export const n9Coupled: Claim = {
  ...common,
  id: "N9-coupled",
  statement: "With four updates from a batch of rollouts, coupled masks earn more reward than d1's estimate.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "coupled above d1 (reward curves, two updates a batch)",
  criterion: `${setting} ${held[0].toLowerCase()}${held.slice(1)}, coupled minus d1, ${rule}`,
};

const named = (above: string, below: string) => ({
  above: `${above}, 4 updates`,
  below: `${below}, 4 updates`,
});

/** Estimators as the rows name them. */
export const n9Comparisons: readonly CurveComparison[] = [
  { claim: n9Steady, study, ...named("full-mask", "d1"), sampling: "rollout", ...fallOf },
  { claim: n9Coupled, study, ...named("coupled", "d1"), sampling: "rollout", ...rewardOf },
];

/** @returns a judgement of each claim whose estimators have an RL seed in common */
export function judgeN9(answers: readonly HeldOutAnswer[], rng: Rng): JudgedClaim[] {
  return judgeCurves(n9Comparisons, answers, rng);
}
