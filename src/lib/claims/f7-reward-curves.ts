/** F7: how the mask estimators of GRPO compare in the course of training (DiffuCoder §5, Fig. 7 and 12). */
import type { HeldOutAnswer } from "../analysis/held-out.js";
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import {
  fallOf,
  fallWarm,
  heldWarm,
  judgeCurves,
  rewardOf,
  rule,
  type CurveComparison,
} from "./reward-curves.js";

const common = { figure: "f7-reward-curves", seedsAre: "RL seed" } as const;
const study = "f7-estimators";

export const f7FullMask: Claim = {
  ...common,
  id: "F7-full-mask",
  statement: "Coupled masks earn more reward than scoring everything masked.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "coupled above full-mask (reward curves)",
  criterion: `${heldWarm}, coupled minus full-mask, ${rule}`,
};

export const f7D1: Claim = {
  ...common,
  id: "F7-d1",
  statement:
    "Coupled masks earn more reward than d1, which scores everything masked and 15% of the prompt as well.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "coupled above d1 (reward curves)",
  criterion: `${heldWarm}, coupled minus d1, ${rule}`,
};

export const f7Prompt: Claim = {
  ...common,
  id: "F7-prompt",
  statement: "Scoring everything masked earns more reward than masking 15% of the prompt as well (d1).",
  citation: "DiffuCoder §5, Fig. 7",
  published: "full-mask above d1 (reward curves)",
  criterion: `${heldWarm}, full-mask minus d1, ${rule}`,
};

export const f7Steady: Claim = {
  ...common,
  id: "F7-steady",
  statement: "Training with coupled masks is steadier than with as many masks drawn apart.",
  citation: "DiffuCoder §5, Fig. 12",
  published: "coupled more stable than de-coupled (reward curves)",
  criterion: `${fallWarm}: de-coupled minus coupled, ${rule}`,
};

/** Estimators as the rows name them. */
export const f7Comparisons: readonly CurveComparison[] = [
  { claim: f7FullMask, study, above: "coupled", below: "full-mask", sampling: "rollout", ...rewardOf },
  { claim: f7D1, study, above: "coupled", below: "d1", sampling: "rollout", ...rewardOf },
  { claim: f7Prompt, study, above: "full-mask", below: "d1", sampling: "rollout", ...rewardOf },
  { claim: f7Steady, study, above: "de-coupled", below: "coupled", sampling: "rollout", ...fallOf },
];

/** @returns a judgement of each claim whose estimators have an RL seed in common */
export function judgeF7(answers: readonly HeldOutAnswer[], rng: Rng): JudgedClaim[] {
  return judgeCurves(f7Comparisons, answers, rng);
}
