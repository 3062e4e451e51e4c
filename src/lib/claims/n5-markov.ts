/** N5 on sequences of a known chain: the dilated schedule where dependence decays with distance, and where it does not. */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import {
  allHold,
  estimateInWords,
  exceeds,
  judged,
  type Claim,
  type JudgedClaim,
  type Outcome,
} from "./claim.js";

const common = {
  figure: "n5-markov",
  citation: "arXiv 2506.19037 (theory, by summaries); the experiment is ours",
} as const;
const measured =
  "share of valid sequences, four calls for 16 tokens, exact conditionals, temperature 1: dilated schedule minus the four surest positions a step by entropy, leftmost of equals";

export const n5Near: Claim = {
  ...common,
  id: "N5-near",
  statement:
    "Where a token depends on its neighbour, revealing far-apart positions together keeps more sequences valid than revealing the surest ones.",
  published: "the loss of a parallel step is small when dependence decays with distance (theory)",
  criterion: `${measured}; with the parent just before: the interval above 0. A first version asked for lag 2 as well; that is two interleaved chains, of which the schedule leaves one whole for its last round, so that lag 2 is one of its strides. Changed after a first look at 16 sequences; the number is in the note.`,
};

/** A gain that would be too small to matter. */
const margin = 0.02;

export const n5Stride: Claim = {
  ...common,
  id: "N5-stride",
  statement: "Where a token depends on one at the schedule's own stride, that gain is gone or reversed.",
  published: "none; follows from the theory's condition",
  criterion: `${measured}; with the parent eight and four positions before: both intervals below ${margin}; refuted by one above it.`,
};

export interface ChainSample extends SampleUnit {
  readonly policy: string;
  readonly steps: number;
  readonly tieRule: string;
  /** "lag 8" */
  readonly form: string;
  /** valid */
  readonly correct: boolean | null;
}

const valid = (row: ChainSample) => (row.correct === true ? 1 : 0);

/** @param samples sequences of chains of lag 1, 2, 4 and 8, dilated and by a quota of four steps under leftmost and random ties */
export function judgeN5Markov(samples: readonly ChainSample[], rng: Rng): JudgedClaim[] {
  const gain = (lag: number, tieRule: string) => {
    const rows = samples.filter(row => row.form === `lag ${lag}`);
    const dilated = rows.filter(row => row.policy === "dilated");
    const surest = rows.filter(row => row.policy === "quota" && row.steps === 4 && row.tieRule === tieRule);
    return pairedDifference(dilated, surest, valid, bootstrapDefaults, rng.split(`${lag} ${tieRule}`));
  };
  const judge = (
    claim: Claim,
    lags: readonly number[],
    others: readonly number[],
    outcome: (found: Measure) => Outcome,
  ) => {
    const gainsAt = (lag: number) => ({ lag, found: gain(lag, "leftmost"), random: gain(lag, "random") });
    const gains = lags.map(gainsAt);
    const [{ found }] = gains;
    const words = [...gains, ...others.map(gainsAt)].map(
      g => `lag ${g.lag}: ${estimateInWords(g.found)}, under random ties ${estimateInWords(g.random)}`,
    );
    return judged(
      claim,
      found,
      { seeds: found.seeds, n: found.n },
      allHold(gains.map(g => outcome(g.found))),
      `Measured: at lag ${lags[0]}. ${words.join("; ")}.`,
    );
  };
  return [judge(n5Near, [1], [2], found => exceeds(0, found)), judge(n5Stride, [8, 4], [], notAbove)];
}

function notAbove({ lower, upper }: Measure): Outcome {
  if (lower > margin) return "does-not-hold";
  return upper < margin ? "holds" : "inconclusive";
}
