/** Claims about curves of held-out reward: two estimators of GRPO compared over the RL seeds that both have. */
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

/** The words that the criteria share. */
export const rule = `paired by RL seed and problem: interval over both above 0. Inconclusive, whatever the interval, with fewer than ${leastRuns} RL seeds of both.`;
export const held = "Mean reward on the fixed held-out problems over the second half of training";
export const heldWarm = `${held}, at the temperature of the rollouts`;
export const fallWarm =
  "How far the curve of held-out reward, at the temperature of the rollouts, lies below the highest that it has been, averaged over the scored steps";

/** A claim with the estimators that it compares: the first is expected above the second. */
export interface CurveComparison {
  readonly claim: Claim;
  /** whose runs are compared (`npm run study`) */
  readonly study: string;
  readonly above: string;
  readonly below: string;
  readonly sampling: HeldOutAnswer["sampling"];
  /** number of a curve; what is more unsteady counts as above in the claim that another is steady */
  readonly ofCurve: typeof secondHalf;
  readonly measured: string;
}

export const rewardOf = { ofCurve: secondHalf, measured: "difference of rewards (at most 2.5)" } as const;
export const fallOf = { ofCurve: meanFall, measured: "difference of mean falls, in reward" } as const;

/** @returns a judgement of each claim whose estimators have an RL seed in common */
export function judgeCurves(
  comparisons: readonly CurveComparison[],
  answers: readonly HeldOutAnswer[],
  rng: Rng,
): JudgedClaim[] {
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
  { above, below, ofCurve }: CurveComparison,
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
  { above, below, sampling, measured }: CurveComparison,
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
