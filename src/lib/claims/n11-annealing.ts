/** N11: what the shift and annealed attention are worth when an AR model is adapted (arXiv 2410.17891, DiffuLLaMA). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = {
  figure: "n11-annealing",
  citation: "arXiv 2410.17891 (tables by summaries); the comparison by loss is ours",
} as const;
const measured =
  "Masked validation loss (estimate of the bound, nats a token, full attention) after the last step of runs from one AR parent over the same documents and masks, paired by training seed and sequence";

export const n11Shift: Claim = {
  ...common,
  id: "N11-shift",
  statement:
    "An AR model becomes a better masked model in the same steps when the shift of its logits is kept.",
  published: "removing the shift hurts (GPT-2; the table's metric was not verified)",
  criterion: `${measured}: without the shift minus with it, annealed and abrupt: both intervals above 0.`,
};

export const n11Anneal: Claim = {
  ...common,
  id: "N11-anneal",
  statement:
    "Annealing the attention from causal to full leaves a lower masked loss than full attention from the start.",
  published:
    "43.3 without, 45.4 with annealing (GPT-2 S), 47.2 and 49.7 (GPT-2 M); the 7B model was never annealed",
  criterion: `${measured}: abrupt minus annealed over the first tenth of the steps, with the shift: interval above 0.`,
};

export const n11Larger: Claim = {
  ...common,
  id: "N11-larger",
  statement: "Keeping the shift matters more than annealing the attention.",
  published: "none; expected in our reading",
  criterion: `${measured}: what dropping the shift costs (both abrupt) minus what not annealing costs (both with the shift): interval above 0.`,
};

/** What the judgement reads of a validation log. */
export interface AdaptationLoss extends SampleUnit {
  readonly recipe: string;
  readonly step: number;
  readonly loss: number;
}

/** Recipes of the study: n11-{shift,no-shift}-{annealed,abrupt}. */
const recipeOf = (shift: boolean, annealed: boolean) =>
  `n11-${shift ? "shift" : "no-shift"}-${annealed ? "annealed" : "abrupt"}`;

/** @param losses of all four recipes; those after the last step count */
export function judgeN11(losses: readonly AdaptationLoss[], rng: Rng): JudgedClaim[] {
  const last = Math.max(...losses.map(row => row.step));
  const of = (shift: boolean, annealed: boolean) =>
    losses.filter(row => row.recipe === recipeOf(shift, annealed) && row.step === last);
  const cost = (worse: readonly AdaptationLoss[], better: readonly AdaptationLoss[], name: string): Measure =>
    pairedDifference(worse, better, row => row.loss, bootstrapDefaults, rng.split(name));
  const [kept, dropped] = [of(true, false), of(false, false)];
  const [shiftAnnealed, shiftAbrupt] = [
    cost(of(false, true), of(true, true), "shift, annealed"),
    cost(dropped, kept, "shift, abrupt"),
  ];
  const [anneal, unshifted] = [
    cost(kept, of(true, true), "anneal"),
    cost(dropped, of(false, true), "anneal, no shift"),
  ];
  const larger = cost(differenceOf(dropped, kept), differenceOf(kept, of(true, true)), "larger");
  const size = ({ seeds, n }: Measure) => ({ seeds, n });
  return [
    judged(
      n11Shift,
      shiftAbrupt,
      size(shiftAbrupt),
      allHold([shiftAnnealed, shiftAbrupt].map(found => exceeds(0, found))),
      `Measured: both abrupt; both annealed ${estimateInWords(shiftAnnealed)}. After ${last} steps.`,
    ),
    judged(
      n11Anneal,
      anneal,
      size(anneal),
      exceeds(0, anneal),
      `Without the shift: ${estimateInWords(unshifted)}. After ${last} steps.`,
    ),
    judged(n11Larger, larger, size(larger), exceeds(0, larger), `After ${last} steps.`),
  ];
}

/** The first minus the second, sequence by sequence. */
function differenceOf(first: readonly AdaptationLoss[], second: readonly AdaptationLoss[]): AdaptationLoss[] {
  const losses = new Map(second.map(row => [`${row.seed} ${row.problem}`, row.loss]));
  return first.map(row => ({ ...row, loss: row.loss - (losses.get(`${row.seed} ${row.problem}`) ?? NaN) }));
}
