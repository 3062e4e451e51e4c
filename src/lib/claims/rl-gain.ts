/** What coupled-GRPO adds to pass@1 on its held-out problems (DiffuCoder Table 2). */
import { bootstrapDefaults, crossedBootstrap, mean } from "../analysis/bootstrap.js";
import { heldOutMeasures, meanTrack, tracksOf, type HeldOutAnswer } from "../analysis/held-out.js";
import type { Rng } from "../core/rng.js";
import {
  allHold,
  estimateInWords,
  judged,
  type Claim,
  type Estimate,
  type JudgedClaim,
  type Outcome,
} from "./claim.js";

/** A rise that would be too small to matter. */
const least = 0.03;

export const rlGain: Claim = {
  id: "RL-gain",
  figure: "f7-reward-curves",
  seedsAre: "RL seed",
  statement: "Coupled-GRPO raises pass@1 on problems that it was not trained on.",
  citation: "DiffuCoder §5, Table 2",
  published:
    "HumanEval 72.0 to 73.2, HumanEval+ 65.2 to 68.3, MBPP 75.1 to 78.6, MBPP+ 61.9 to 67.5 (percent)",
  criterion: `pass@1 at T 0.2 on the fixed held-out problems after coupled-GRPO minus before, paired by RL seed and problem, on base and on plus tests: both at least ${least}, and both intervals above 0; refuted by an interval below ${least}. Fixed before these runs, after shorter ones of 20 steps, which LOG.md names, had risen.`,
};

/**
 * @param answers of held-out logs; those of `estimator` are judged
 * @returns null when it has no run
 */
export function judgeGain(
  answers: readonly HeldOutAnswer[],
  rng: Rng,
  estimator = "coupled",
): JudgedClaim | null {
  const cold = answers.filter(answer => answer.estimator === estimator && answer.sampling === "cold");
  if (cold.length === 0) return null;
  const gains = (["base", "plus"] as const).map(suite => gainOf(cold, suite, rng.split(suite)));
  const [base, plus] = gains;
  const notes = gains.map(
    (gain, i) =>
      `${["base", "plus"][i]} tests ${gain.before.toFixed(3)} to ${gain.after.toFixed(3)}, rise ${estimateInWords(gain)}, by RL seed ${gain.bySeed.map(x => x.toFixed(3)).join(", ")}`,
  );
  const alone =
    base.seeds === 1 ? " With one RL seed the interval is over problems alone: it speaks of this run." : "";
  const verdict = allHold([base, plus].map(rises));
  return judged(rlGain, base, base, verdict, `Measured: base tests. ${notes.join("; ")}.${alone}`);
}

interface Gain extends Estimate {
  readonly before: number;
  readonly after: number;
  readonly bySeed: readonly number[];
  readonly n: number;
  readonly seeds: number;
}

function gainOf(answers: readonly HeldOutAnswer[], suite: "base" | "plus", rng: Rng): Gain {
  const { seeds, problems, values } = tracksOf(answers, heldOutMeasures[suite]);
  const rise = (track: readonly number[]) => track[track.length - 1] - track[0];
  const [interval] = crossedBootstrap(
    values,
    sample => [mean(sample.map(run => mean(run.map(rise))))],
    bootstrapDefaults,
    rng,
  );
  const curve = meanTrack(values.flat());
  return {
    ...interval,
    before: curve[0],
    after: curve[curve.length - 1],
    bySeed: values.map(run => rise(meanTrack(run))),
    n: problems.length,
    seeds: seeds.length,
  };
}

function rises({ mean: rise, lower, upper }: Estimate): Outcome {
  if (upper < least) return "does-not-hold";
  return rise >= least && lower > 0 ? "holds" : "inconclusive";
}
