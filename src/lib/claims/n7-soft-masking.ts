/** N7: soft-masked against plain continuation of one masked model (arXiv 2510.17206). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = { figure: "n7-loss", citation: "arXiv 2510.17206 (tables by summaries)" } as const;
const loss =
  "Masked validation loss (estimate of the bound, nats a token, two passes for the soft model) after the last step, paired by training seed and sequence";

export const n7Passes: Claim = {
  ...common,
  id: "N7-passes",
  statement:
    "For as many passes, a soft-masked continuation ends with a lower validation loss than a plain one.",
  published:
    "from scratch at equal compute MAUVE 0.034 -> 0.596; validation perplexity of a continuation 23.14 -> 21.63 (equal updates)",
  criterion: `${loss}: plain for as many passes minus soft: interval above 0.`,
};

export const n7Updates: Claim = {
  ...common,
  id: "N7-updates",
  statement:
    "For as many updates, a soft-masked continuation ends with a lower validation loss than a plain one.",
  published: "validation perplexity 23.14 -> 21.63 (100k steps)",
  criterion: `${loss}: plain for as many updates minus soft: interval above 0.`,
};

/** A change that would be too small to call help, in nats a token. */
const margin = 0.01;

export const n7Untrained: Claim = {
  ...common,
  id: "N7-untrained",
  statement: "Soft inputs do not help a model that was not trained for them.",
  published: "none; the control of the claims above",
  criterion: `Masked validation loss before the first step, soft inputs with the start values (w_s 0.1) minus plain ones, paired likewise: interval above ${-margin}.`,
};

export const n7Fewer: Claim = {
  ...common,
  figure: "n7-pass",
  id: "N7-fewer-steps",
  statement: "What soft masks add to pass@1 is more at a quarter of the steps than at all of them.",
  published:
    "Dream-7B at a quarter of the steps: HumanEval 18.9 -> 25.6, MBPP 26.6 -> 32.8; Dream-Coder at all steps: HumanEval 75.7 -> 76.2",
  criterion:
    "pass@1 (base tests, T 0.2, public order) of the soft-masked model decoded softly minus the plain one of as many passes, paired by training seed and problem: at 9 steps, and at 9 steps minus at 36: both intervals above 0.",
};

/** What the judgement reads of a validation log. */
export interface ContinuedLoss extends SampleUnit {
  readonly recipe: string;
  readonly inputs: string;
  readonly step: number;
  readonly loss: number;
}

/** @param losses of n7-soft, n7-plain-updates and n7-plain-passes */
export function judgeN7Loss(losses: readonly ContinuedLoss[], rng: Rng): JudgedClaim[] {
  const last = (recipe: string, inputs: string) => {
    const rows = losses.filter(row => row.recipe === recipe && row.inputs === inputs);
    const end = Math.max(...rows.map(row => row.step));
    return rows.filter(row => row.step === end);
  };
  const first = (inputs: string) =>
    losses.filter(row => row.recipe === "n7-soft" && row.inputs === inputs && row.step === 0);
  const difference = (high: readonly ContinuedLoss[], low: readonly ContinuedLoss[], name: string) =>
    pairedDifference(high, low, row => row.loss, bootstrapDefaults, rng.split(name));
  const soft = last("n7-soft", "soft");
  const byPasses = difference(last("n7-plain-passes", "hard"), soft, "passes");
  const byUpdates = difference(last("n7-plain-updates", "hard"), soft, "updates");
  const onePass = difference(last("n7-soft", "hard"), soft, "one pass");
  const untrained = difference(first("soft"), first("hard"), "untrained");
  const alone = `The soft-masked model in one pass, plain masks, minus in two: ${estimateInWords(onePass)}.`;
  return [
    judged(n7Passes, byPasses, sizeOf(byPasses), exceeds(0, byPasses), alone),
    judged(n7Updates, byUpdates, sizeOf(byUpdates), exceeds(0, byUpdates), alone),
    judged(n7Untrained, untrained, sizeOf(untrained), exceeds(-margin, untrained), "Before the first step."),
  ];
}

/** What the judgement reads of a samples log. */
export interface ContinuedSample extends SampleUnit {
  /** recipe of the model, without its seed */
  readonly model: string;
  /** decoded with soft masks */
  readonly softMasks: boolean;
  readonly steps: number;
  readonly passedBase: boolean | null;
}

/** @param samples of n7-soft, decoded softly and not, n7-plain-passes and the instruct model before, softly and not */
export function judgeN7Pass(samples: readonly ContinuedSample[], rng: Rng): JudgedClaim {
  const of = (model: string, soft: boolean, steps: number) =>
    samples.filter(row => row.model === model && row.softMasks === soft && row.steps === steps);
  const passed = (row: ContinuedSample) => Number(row.passedBase === true);
  const gain = (one: readonly [string, boolean], other: readonly [string, boolean], steps: number) =>
    pairedDifference(
      of(...one, steps),
      of(...other, steps),
      passed,
      bootstrapDefaults,
      rng.split(JSON.stringify([one, other, steps])),
    );
  const [trained, plain] = [["n7-soft", true] as const, ["n7-plain-passes", false] as const];
  const [few, all] = [9, 36].map(steps => gain(trained, plain, steps));
  const gains = (steps: number) => gainsOf(of(...trained, steps), of(...plain, steps), passed);
  const more = pairedDifference(gains(9), gains(36), row => row.gain, bootstrapDefaults, rng.split("more"));
  const others = (["n7-soft", "instruct"] as const).flatMap(model =>
    [9, 36].map(steps => ({ model, steps, found: gain([model, true], [model, false], steps) })),
  );
  const words = others.map(
    ({ model, steps, found }) =>
      `${model} decoded softly minus plainly at ${steps} steps ${estimateInWords(found)}`,
  );
  return judged(
    n7Fewer,
    more,
    sizeOf(more),
    allHold([exceeds(0, few), exceeds(0, more)]),
    `Measured: the difference of gains. At 9 steps ${estimateInWords(few)}, at 36 ${estimateInWords(all)}. ${words.join("; ")}.`,
  );
}

/** The first minus the second, problem by problem. */
function gainsOf(
  first: readonly ContinuedSample[],
  second: readonly ContinuedSample[],
  value: (row: ContinuedSample) => number,
): (SampleUnit & { readonly gain: number })[] {
  const values = new Map(second.map(row => [`${row.seed} ${row.problem}`, value(row)]));
  return first.map(row => ({
    seed: row.seed,
    problem: row.problem,
    gain: value(row) - (values.get(`${row.seed} ${row.problem}`) ?? NaN),
  }));
}

function sizeOf({ seeds, n }: Measure) {
  return { seeds, n };
}
