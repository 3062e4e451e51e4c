/** N13: next-token against masked training on a small corpus seen again and again (arXiv 2507.15857, by summaries). */
import { bootstrapDefaults, mean } from "../analysis/bootstrap.js";
import { groupRows, pairedDifference, unitsOf, type Measure, type SampleUnit } from "../analysis/by-group.js";
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
  figure: "n13-ar-against-diffusion",
  citation: "arXiv 2507.15857 (by summaries)",
} as const;
const measured =
  "Validation loss in nats a token, exact for AR, an estimate of the upper bound for diffusion (which can only speak against it), paired by training seed and sequence";
/** A rise that would be too small to call overfitting, in nats a token. */
const rise = 0.05;

export const n13Early: Claim = {
  ...common,
  id: "N13-early",
  statement: "After few passes over a small corpus the AR model has the lower loss.",
  published: "7.07 (AR) against 10.65 after one pass, 100M tokens",
  criterion: `${measured}: diffusion minus AR after 1, 2 and 4 passes: every interval above 0.`,
};

export const n13Overfit: Claim = {
  ...common,
  id: "N13-overfit",
  statement: "Within 100 passes AR overfits and diffusion does not.",
  published: "data keep their worth for about 4 passes (AR) and about 100 (diffusion)",
  criterion: `${measured}: loss after the last pass minus the lowest of the moments taken (lowest of the mean over seeds and sequences): for AR the interval above ${rise}, for diffusion below it.`,
};

export const n13Cross: Claim = {
  ...common,
  id: "N13-cross",
  statement: "After many passes diffusion has the lower loss: the curves cross.",
  published: "they cross; AR's best 3.71, diffusion's 3.55",
  criterion: `${measured}: AR minus diffusion after the last pass: interval above 0.`,
};

export const n13Best: Claim = {
  ...common,
  id: "N13-best",
  statement: "Diffusion at its best has a lower loss than AR at its best.",
  published: "3.55 against 3.71",
  criterion: `${measured}: AR at its lowest moment minus diffusion at its own, chosen as in N13-overfit: interval above 0.`,
};

export const n13Infill: Claim = {
  figure: "n13-infilling",
  id: "N13-infill",
  statement:
    "A gap in the middle of a program is filled better by diffusion, which sees both sides, than by AR, which sees the left one.",
  citation: "arXiv 2507.15857 (by summaries); the experiment is ours",
  published: "none; follows from what each model sees",
  criterion:
    "pass@1 (base tests) of held-out solutions whose eight middle tokens were taken out and filled in at T 0.2, what stands around them kept: diffusion minus AR, models after the last pass, paired by training seed and problem: interval above 0.",
};

/** What the judgement reads of a validation log. */
export interface EpochLoss extends SampleUnit {
  readonly recipe: string;
  readonly step: number;
  readonly epochs: number;
  readonly loss: number;
}

const [ar, diffusion] = ["n13-ar", "n13-diffusion"];

export function judgeN13(losses: readonly EpochLoss[], rng: Rng): JudgedClaim[] {
  const last = Math.max(...losses.map(row => row.step));
  const at = (recipe: string, moment: (row: EpochLoss) => boolean) =>
    losses.filter(row => row.recipe === recipe && moment(row));
  const ends = (recipe: string) => at(recipe, row => row.step === last);
  const best = (recipe: string) => {
    const step = lowestStep(at(recipe, () => true));
    return at(recipe, row => row.step === step);
  };
  const difference = (high: readonly EpochLoss[], low: readonly EpochLoss[], name: string) =>
    pairedDifference(high, low, row => row.loss, bootstrapDefaults, rng.split(name));
  const early = [1, 2, 4].map(epochs => {
    const rows = [diffusion, ar].map(recipe => at(recipe, row => row.epochs === epochs));
    return { epochs, found: difference(rows[0], rows[1], `early ${epochs}`) };
  });
  const rises = [ar, diffusion].map(recipe => difference(ends(recipe), best(recipe), `rise of ${recipe}`));
  const cross = difference(ends(ar), ends(diffusion), "cross");
  const lowest = difference(best(ar), best(diffusion), "best");
  const moments = [ar, diffusion].map(recipe => best(recipe)[0].epochs);
  return [
    judgedAs(
      n13Early,
      early[0].found,
      allHold(early.map(({ found }) => exceeds(0, found))),
      `Measured: after one pass. ${early.map(({ epochs, found }) => `${epochs}: ${estimateInWords(found)}`).join("; ")}.`,
    ),
    judgedAs(
      n13Overfit,
      rises[0],
      allHold([exceeds(rise, rises[0]), below(rise, rises[1])]),
      `Measured: rise of AR, lowest after ${moments[0]} passes. Rise of diffusion, lowest after ${moments[1]}: ${estimateInWords(rises[1])}.`,
    ),
    judgedAs(n13Cross, cross, exceeds(0, cross), "Measured: AR minus diffusion after the last pass."),
    judgedAs(
      n13Best,
      lowest,
      exceeds(0, lowest),
      `Measured: AR after ${moments[0]} passes minus diffusion after ${moments[1]}.`,
    ),
  ];
}

/** A filled gap. */
export interface FilledSample extends SampleUnit {
  /** recipe of the model */
  readonly checkpoint: string;
  readonly policy: string;
  readonly passedBase: boolean | null;
}

/**
 * @param samples of an infilling study: policies "infill", "infill left" and "continue left" of the study's models, which
 * decide, and of the testbed's AR parent and instruct model, which are reported
 */
export function judgeN13Infill(samples: readonly FilledSample[], rng: Rng): JudgedClaim {
  const against = (both: string, left: string, policy: string) => {
    const of = (model: string, filling: string) =>
      samples.filter(row => row.checkpoint === model && row.policy === filling);
    const passed = (row: FilledSample) => Number(row.passedBase === true);
    const stream = rng.split(JSON.stringify([both, policy]));
    return pairedDifference(of(both, "infill"), of(left, policy), passed, bootstrapDefaults, stream);
  };
  const [gap, free] = ["infill left", "continue left"].map(policy => against(diffusion, ar, policy));
  const parent = against("instruct", "ar-parent", "infill left");
  return judgedAs(
    n13Infill,
    gap,
    exceeds(0, gap),
    `Minus AR that goes on from the left side to an end of its own: ${estimateInWords(free)}. Not decisive: the testbed's instruct model minus its AR parent, ${estimateInWords(parent)}.`,
  );
}

/** The moment whose mean over sequences and seeds is lowest. */
function lowestStep(rows: readonly EpochLoss[]): number {
  const moments = groupRows(rows, ({ step }) => ({ step })).map(({ group, rows: found }) => {
    const seeds = [...unitsOf(found).values()];
    return {
      step: group.step,
      loss: mean(seeds.map(s => mean([...s.values()].flat().map(row => row.loss)))),
    };
  });
  return moments.reduce((low, found) => (found.loss < low.loss ? found : low)).step;
}

function below(bound: number, { lower, upper }: Measure): Outcome {
  if (lower > bound) return "does-not-hold";
  return upper < bound ? "holds" : "inconclusive";
}

function judgedAs(claim: Claim, found: Measure, verdict: Outcome, detail: string): JudgedClaim {
  return judged(claim, found, { seeds: found.seeds, n: found.n }, verdict, detail);
}
