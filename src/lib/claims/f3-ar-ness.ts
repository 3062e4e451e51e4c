/** F3: how autoregressive is decoding, by origin of the model and by task (DiffuCoder §4.2, Fig. 3 left). */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import {
  bootstrap,
  bootstrapDefaults,
  mean,
  standardDeviation,
  type BySeed,
  type Interval,
} from "../analysis/bootstrap.js";
import { measure, pairedDifference, type SampleUnit } from "../analysis/by-group.js";
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
import { byOrder, inOrder, orders, underOrders, type Order, type OrderedSample } from "./orders.js";

const common = { figure: "f3-ar-ness", citation: "DiffuCoder §4.2, Fig. 3 left" } as const;
const rule =
  "Decided under the public decoder's order (entropy of the filtered distribution, leftmost ties) on tokens up to the end token; the note says what the other orders give.";

export const f3Between: Claim = {
  ...common,
  id: "F3-between",
  statement:
    "A diffusion LM decodes neither fully left to right nor at random: its AR-ness lies between 0 and 1, nearer to 1.",
  published: "neither 0 nor 1, nearer to 1",
  criterion: `The intervals of local and global AR-ness@1 of the adapted model on code lie above 0.5 and below 1. ${rule}`,
};

export const f3Adapted: Claim = {
  ...common,
  id: "F3-adapted",
  statement: "A model adapted from an AR model decodes more left to right than one trained from scratch.",
  published: "models adapted from AR higher than one trained from scratch",
  criterion: `Local and global AR-ness@1 on code, adapted minus from scratch, paired by problem: both intervals above 0. ${rule}`,
};

/** Forms of either task that are alike in length and pass rate; chosen by these two alone. */
export const likeForms: Readonly<Record<string, readonly string[]>> = {
  minipy: ["loop", "staged"],
  minimath: ["steps-2", "story-2"],
};

/** Whether a sample's form is among `likeForms`. */
export function isLikeForm({ task, form }: { readonly task: string; readonly form: string }): boolean {
  return likeForms[task]?.includes(form) ?? false;
}

export const f3CodeMath: Claim = {
  ...common,
  id: "F3-code-math",
  statement: "Code has a lower mean and a higher variance of global AR-ness than math.",
  published: "lower mean, higher variance for code",
  criterion: `Global AR-ness@1 of the adapted model, math minus code, above 0, and its standard deviation over the samples of a seed, code minus math, above 0, each with its interval, on forms of like length and pass rate (loop and staged programs; sums of two changes). ${rule}`,
};

/** What the judgement reads of a samples log. */
export interface ArnessValue extends ArnessSample, OrderedSample {
  readonly task: string;
  readonly form: string;
  readonly checkpoint: string;
}

/** Names in the column `checkpoint`. */
export interface F3Models {
  readonly adapted: string;
  readonly scratch: string;
}

const local = (row: ArnessValue) => sampleArness(row, "local");
const global = (row: ArnessValue) => sampleArness(row, "global");

/** Three judgements. @param samples of both models on both tasks, under every order */
export function judgeF3(samples: readonly ArnessValue[], models: F3Models, rng: Rng): JudgedClaim[] {
  return [
    judgeBetween(samples, models, rng),
    judgeAdapted(samples, models, rng),
    judgeCodeMath(samples, models, rng),
  ];
}

function judgeBetween(samples: readonly ArnessValue[], { adapted }: F3Models, rng: Rng): JudgedClaim {
  const scores = orders.map(order =>
    [local, global].map(value => measured(of(samples, adapted, "minipy", order), value, rng)),
  );
  const inside = (e: Interval): Outcome =>
    allHold([exceeds(0.5, e), e.upper < 1 ? "holds" : "does-not-hold"]);
  const outcomes = scores.map(pair => allHold(pair.map(inside)));
  const detail = `${underOrders(outcomes)} Measured: local AR-ness@1. Local / global by order: ${byOrder(i => scores[i].map(estimateInWords).join(" / "))}.`;
  const size = sizeOf(of(samples, adapted, "minipy", orders[0]));
  return judged(f3Between, scores[0][0], size, outcomes[0], detail);
}

function judgeAdapted(samples: readonly ArnessValue[], models: F3Models, rng: Rng): JudgedClaim {
  const gains = orders.map((order, i) => adaptedGain(samples, models, order, rng.split(`gain ${i}`)));
  const outcomes = gains.map(pair => allHold(pair.map(e => exceeds(0, e))));
  const detail = `${underOrders(outcomes)} Measured: difference of local AR-ness@1. Local / global difference by order: ${byOrder(i => gains[i].map(estimateInWords).join(" / "))}.`;
  return judged(f3Adapted, gains[0][0], gains[0][0], outcomes[0], detail);
}

function judgeCodeMath(samples: readonly ArnessValue[], models: F3Models, rng: Rng): JudgedClaim {
  const tasks = orders.map((order, i) => taskDifference(samples, models, order, rng.split(`tasks ${i}`)));
  const outcomes = tasks.map(t => allHold([exceeds(0, t.mean), exceeds(0, t.spread)]));
  const detail = `${underOrders(outcomes)} Measured: difference of means. Mean / spread difference by order: ${byOrder(i => `${estimateInWords(tasks[i].mean)} / ${estimateInWords(tasks[i].spread)}`)}.`;
  const size = sizeOf(of(samples, models.adapted, "minipy", orders[0]).filter(isLikeForm));
  return judged(f3CodeMath, tasks[0].mean, size, outcomes[0], detail);
}

function of(
  samples: readonly ArnessValue[],
  checkpoint: string,
  task: string,
  order: Order,
): readonly ArnessValue[] {
  return samples.filter(row => row.checkpoint === checkpoint && row.task === task && inOrder(row, order));
}

function sizeOf(rows: readonly ArnessValue[]) {
  return {
    seeds: new Set(rows.map(r => r.seed)).size,
    n: new Set(rows.map(r => r.problem)).size,
  };
}

function measured(rows: readonly ArnessValue[], value: (row: ArnessValue) => number, rng: Rng): Interval {
  const result = measure(rows, value, bootstrapDefaults, rng.split("between"));
  if (result === null) throw new Error("internal: judgeF3 was given no samples of the adapted model.");
  return result;
}

/** Adapted minus from scratch on code, paired: local and global AR-ness@1 to the end token under one order. */
export function adaptedGain(
  samples: readonly ArnessValue[],
  { adapted, scratch }: F3Models,
  order: Order,
  rng: Rng,
) {
  const [after, before] = [adapted, scratch].map(model => of(samples, model, "minipy", order));
  return [local, global].map(value => pairedDifference(after, before, value, bootstrapDefaults, rng));
}

/**
 * Math minus code in the mean, code minus math in the spread, of global AR-ness@1 to the end token on `likeForms` under one
 * order. Their problems cannot be paired: both are resampled together within a seed.
 */
export function taskDifference(
  samples: readonly ArnessValue[],
  { adapted }: Pick<F3Models, "adapted">,
  order: Order,
  rng: Rng,
): { readonly mean: Interval; readonly spread: Interval } {
  const rows = ["minimath", "minipy"]
    .flatMap(task => of(samples, adapted, task, order))
    .filter(row => isLikeForm(row) && !Number.isNaN(global(row)));
  const seeds = [...new Set(rows.map(row => row.seed))];
  const bySeed: BySeed<ArnessValue> = seeds.map(seed => rows.filter(row => row.seed === seed));
  const contrast = (statistic: (values: readonly number[]) => number) => (sample: typeof bySeed) =>
    mean(
      sample.map(problems => {
        const values = (task: string) => problems.filter(row => row.task === task).map(global);
        return statistic(values("minimath")) - statistic(values("minipy"));
      }),
    );
  const over = bootstrap(bySeed, contrast(mean), bootstrapDefaults, rng.split("mean"));
  const spread = bootstrap(bySeed, contrast(standardDeviation), bootstrapDefaults, rng.split("spread"));
  return { mean: over, spread: { mean: -spread.mean, lower: -spread.upper, upper: -spread.lower } };
}
