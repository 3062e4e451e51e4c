/** What else of coupled-GRPO is varied, a value at a time: temperature of the rollouts, updates a batch, baseline, KL term (DiffuCoder §5, Fig. 7, Table 2). */
import type { HeldOutAnswer } from "../analysis/held-out.js";
import type { Rng } from "../core/rng.js";
import type { Claim, JudgedClaim } from "./claim.js";
import {
  fallOf,
  fallWarm,
  held,
  heldWarm,
  judgeCurves,
  rewardOf,
  rule,
  type CurveComparison,
} from "./reward-curves.js";

const common = { figure: "f7-ablations", seedsAre: "RL seed" } as const;

export const f7Temperature: Claim = {
  ...common,
  id: "F7-temperature",
  statement: "Rollouts at T 1.2 teach more than rollouts at T 1.0.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "rollouts at T 1.2 above T 1.0 (reward curves)",
  criterion: `${held}, at T 0.2 for both (at their own temperatures rewards are not comparable), rollouts at T 1.2 minus at T 1.0, coupled masks, ${rule}`,
};

export const f7Baseline: Claim = {
  ...common,
  id: "F7-baseline",
  statement: "Advantages against the group's mean earn more reward than leave-one-out.",
  citation: "DiffuCoder Table 2",
  published:
    "group mean against leave-one-out: HumanEval 73.2 and 70.7, HumanEval+ 68.3 and 62.2, MBPP 78.6 and 79.6, MBPP+ 67.5 and 68.5 (percent)",
  criterion: `${heldWarm}, group mean minus leave-one-out, ${rule}`,
};

export const f7TwoUpdates: Claim = {
  ...common,
  id: "F7-two-updates",
  statement: "Two updates from a batch of rollouts earn more reward than one.",
  citation: "ours; DiffuCoder §5 trains with two",
  published: "none",
  criterion: `${heldWarm}, as many rollouts, two updates a batch minus one, ${rule}`,
};

export const f7FourUpdates: Claim = {
  ...common,
  id: "F7-four-updates",
  statement: "Four updates from a batch of rollouts earn more reward than two.",
  citation: "ours; DiffuCoder §5 trains with two",
  published: "none",
  criterion: `${heldWarm}, as many rollouts, four updates a batch minus two, ${rule}`,
};

export const f7Kl: Claim = {
  ...common,
  id: "F7-kl",
  statement: "The KL term makes training steadier.",
  citation: "ours; the public recipe has beta 0.01",
  published: "none",
  criterion: `${fallWarm}: without the KL term minus with it, ${rule}`,
};

const recipe = "coupled, half length";

/** Variants as the rows name them, each beside the recipe at the same length. */
export const f7AblationComparisons: readonly CurveComparison[] = [
  {
    claim: f7Temperature,
    study: "f7-temperature",
    above: "coupled, T 1.2",
    below: recipe,
    sampling: "cold",
    ...rewardOf,
  },
  {
    claim: f7Baseline,
    study: "loo",
    above: "coupled, group mean",
    below: recipe,
    sampling: "rollout",
    ...rewardOf,
  },
  {
    claim: f7TwoUpdates,
    study: "mu",
    above: recipe,
    below: "coupled, 1 update",
    sampling: "rollout",
    ...rewardOf,
  },
  {
    claim: f7FourUpdates,
    study: "mu",
    above: "coupled, 4 updates, own rate",
    below: recipe,
    sampling: "rollout",
    ...rewardOf,
  },
  { claim: f7Kl, study: "kl", above: "coupled, no KL", below: recipe, sampling: "rollout", ...fallOf },
];

/** @returns a judgement of each claim whose variants have an RL seed in common */
export function judgeF7Ablations(answers: readonly HeldOutAnswer[], rng: Rng): JudgedClaim[] {
  return judgeCurves(f7AblationComparisons, answers, rng);
}
