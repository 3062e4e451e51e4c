/** The rule of the claims about decoding methods: pass@1 against an opponent that makes as many denoiser calls or more. */
import { settingInWords } from "../analysis/setting.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure } from "../analysis/by-group.js";
import { meanCalls, type CostedSample } from "../analysis/equal-calls.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export interface ContestSample extends CostedSample {
  readonly passedBase: boolean | null;
}

/** One comparison: pass@1 of a method minus that of its opponent, paired by training seed and problem. */
export interface Contest {
  readonly label: string;
  readonly difference: Measure;
  readonly calls: number;
  readonly opponentCalls: number;
  /** settings of the method, one where all seeds have the same */
  readonly policies: readonly string[];
}

const passed = (row: ContestSample) => (row.passedBase === true ? 1 : 0);

export function contestOf(
  label: string,
  method: readonly ContestSample[],
  opponent: readonly ContestSample[],
  rng: Rng,
): Contest {
  return {
    label,
    difference: pairedDifference(method, opponent, passed, bootstrapDefaults, rng.split(label)),
    calls: meanCalls(method),
    opponentCalls: meanCalls(opponent),
    policies: [...new Set(method.map(settingInWords))],
  };
}

/** "threshold 0.98 against 18 steps: 0.050 [...] at 15.4 calls against 18.0 (threshold tau=0.98)" */
export function contestInWords({ label, difference, calls, opponentCalls, policies }: Contest): string {
  return `${label}: ${estimateInWords(difference)} at ${calls.toFixed(1)} calls against ${opponentCalls.toFixed(1)} (${policies.join("; ")})`;
}

/** All contests must be won. Measured is the weakest of them; `others` are reported and do not decide. */
export function judgeContests(
  claim: Claim,
  contests: readonly Contest[],
  others: readonly Contest[],
): JudgedClaim {
  const weakest = contests.reduce((low, found) =>
    found.difference.mean < low.difference.mean ? found : low,
  ).difference;
  const note = others.length === 0 ? "" : ` Not decisive: ${others.map(contestInWords).join("; ")}.`;
  return judged(
    claim,
    weakest,
    { seeds: weakest.seeds, n: weakest.n },
    allHold(contests.map(({ difference }) => exceeds(0, difference))),
    `Measured: the smallest of the differences. ${contests.map(contestInWords).join("; ")}.${note}`,
  );
}
