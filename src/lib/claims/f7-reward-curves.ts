/** F7: how the mask estimators of GRPO compare in the course of training (DiffuCoder §5, Fig. 7 and 12). */
import { standardDeviation } from "../analysis/bootstrap.js";
import {
  meanFall,
  secondHalf,
  trackDifference,
  type HeldOutAnswer,
  type TrackDifference,
} from "../analysis/held-out.js";
import type { Rng } from "../core/rng.js";
import { estimateInWords, exceeds, judged, type Claim, type JudgedClaim, type Outcome } from "./claim.js";

/** Runs of either estimator below which no verdict is given: the spread between RL seeds is as large as many gaps. */
export const leastRuns = 3;

const common = { figure: "f7-reward-curves", seedsAre: "RL seed" } as const;
const rule = `paired by RL seed and problem: interval over both above 0. Inconclusive, whatever the interval, with fewer than ${leastRuns} RL seeds of both.`;
const held = "Mean reward on the fixed held-out problems over the second half of training";

export const f7FullMask: Claim = {
  ...common,
  id: "F7-full-mask",
  statement: "Coupled masks earn more reward than scoring everything masked.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "coupled above full-mask (reward curves)",
  criterion: `${held}, at the temperature of the rollouts, coupled minus full-mask, ${rule}`,
};

export const f7D1: Claim = {
  ...common,
  id: "F7-d1",
  statement:
    "Coupled masks earn more reward than d1, which scores everything masked and 15% of the prompt as well.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "coupled above d1 (reward curves)",
  criterion: `${held}, at the temperature of the rollouts, coupled minus d1, ${rule}`,
};

export const f7Prompt: Claim = {
  ...common,
  id: "F7-prompt",
  statement: "Scoring everything masked earns more reward than masking 15% of the prompt as well (d1).",
  citation: "DiffuCoder §5, Fig. 7",
  published: "full-mask above d1 (reward curves)",
  criterion: `${held}, at the temperature of the rollouts, full-mask minus d1, ${rule}`,
};

export const f7Steady: Claim = {
  ...common,
  id: "F7-steady",
  statement: "Training with coupled masks is steadier than with as many masks drawn apart.",
  citation: "DiffuCoder §5, Fig. 12",
  published: "coupled more stable than de-coupled (reward curves)",
  criterion: `How far the curve of held-out reward, at the temperature of the rollouts, lies below the highest that it has been, averaged over the scored steps: de-coupled minus coupled, ${rule}`,
};

export const f7Temperature: Claim = {
  ...common,
  id: "F7-temperature",
  statement: "Rollouts at T 1.2 teach more than rollouts at T 1.0.",
  citation: "DiffuCoder §5, Fig. 7",
  published: "rollouts at T 1.2 above T 1.0 (reward curves)",
  criterion: `${held}, at T 0.2 for both (at their own temperatures rewards are not comparable), rollouts at T 1.2 minus at T 1.0, coupled masks, ${rule}`,
};

/** A claim with the estimators that it compares: the first is expected above the second. */
interface Comparison {
  readonly claim: Claim;
  readonly above: string;
  readonly below: string;
  readonly sampling: HeldOutAnswer["sampling"];
  /** number of a curve; what is more unsteady counts as above in the claim that coupled is steady */
  readonly ofCurve: typeof secondHalf;
  readonly measured: string;
}

const rewardOf = { ofCurve: secondHalf, measured: "difference of rewards (at most 2.5)" } as const;
const fallOf = { ofCurve: meanFall, measured: "difference of mean falls, in reward" } as const;

/** Estimators as the rows name them. */
export const comparisons: readonly Comparison[] = [
  { claim: f7FullMask, above: "coupled", below: "full-mask", sampling: "rollout", ...rewardOf },
  { claim: f7D1, above: "coupled", below: "d1", sampling: "rollout", ...rewardOf },
  { claim: f7Prompt, above: "full-mask", below: "d1", sampling: "rollout", ...rewardOf },
  { claim: f7Steady, above: "de-coupled", below: "coupled", sampling: "rollout", ...fallOf },
  { claim: f7Temperature, above: "coupled, T 1.2", below: "coupled", sampling: "cold", ...rewardOf },
];

/** @returns a judgement of each claim whose estimators have an RL seed in common */
export function judgeF7(answers: readonly HeldOutAnswer[], rng: Rng): JudgedClaim[] {
  return comparisons.flatMap(comparison => {
    const { claim, sampling } = comparison;
    const found = compare(answers, comparison, sampling, rng.split(claim.id));
    if (found === null) return [];
    const other = sampling === "cold" ? "rollout" : "cold";
    const elsewhere = compare(answers, comparison, other, rng.split(`${claim.id} ${other}`));
    return [judged(claim, found, found, settled(found), detail(comparison, found, elsewhere))];
  });
}

function compare(
  answers: readonly HeldOutAnswer[],
  { above, below, ofCurve }: Comparison,
  sampling: HeldOutAnswer["sampling"],
  rng: Rng,
): TrackDifference | null {
  const of = (estimator: string) =>
    answers.filter(answer => answer.estimator === estimator && answer.sampling === sampling);
  return trackDifference([of(above), of(below)], answer => answer.reward, ofCurve, rng);
}

function settled(difference: TrackDifference): Outcome {
  return difference.seeds < leastRuns ? "inconclusive" : exceeds(0, difference);
}

const samplings = { rollout: "at the rollouts' temperatures", cold: "at T 0.2" } as const;

function detail(
  { above, below, sampling, measured }: Comparison,
  found: TrackDifference,
  elsewhere: TrackDifference | null,
): string {
  const [high, low] = found.sides.map(x => x.toFixed(3));
  const other = sampling === "cold" ? "rollout" : "cold";
  return [
    `Measured: ${measured}; ${above} ${high}, ${below} ${low}, by RL seed ${found.bySeed.map(x => x.toFixed(3)).join(", ")}.`,
    ...(found.seeds > 1
      ? [
          `Effect: ${(found.mean / standardDeviation(found.bySeed)).toFixed(1)} standard deviations between RL seeds.`,
        ]
      : []),
    ...(elsewhere === null ? [] : [`The same ${samplings[other]}: ${estimateInWords(elsewhere)}.`]),
    ...(found.seeds < leastRuns
      ? [`${found.seeds} RL seed${found.seeds === 1 ? "" : "s"} of both are too few for a verdict.`]
      : []),
  ].join(" ");
}
