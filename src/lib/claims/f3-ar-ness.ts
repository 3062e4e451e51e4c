/** F3: how autoregressive is decoding, by origin of the model and by task (DiffuCoder §4.2, Fig. 3 left). */
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
import { allHold, exceeds, judged, type Claim, type JudgedClaim, type Outcome } from "./claim.js";
import { inOrder, orderName, orders, type OrderedSample } from "./orders.js";

const common = { figure: "f3-ar-ness", citation: "DiffuCoder §4.2, Fig. 3 left" } as const;
const rule =
  "Decided under the public decoder's order (entropy of the filtered distribution, leftmost ties) on tokens up to the end token; the other orders are in the note.";

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

export const f3CodeMath: Claim = {
  ...common,
  id: "F3-code-math",
  statement: "Code has a lower mean and a higher variance of global AR-ness than math.",
  published: "lower mean, higher variance for code",
  criterion: `Global AR-ness@1 of the adapted model, math minus code, above 0, and its standard deviation, code minus math, above 0, each with its interval. ${rule}`,
};

/** What the judgement reads of a samples log. */
export interface ArnessValue extends SampleUnit, OrderedSample {
  readonly task: string;
  readonly checkpoint: string;
  readonly localArnessEos: ArrayLike<number>;
  readonly globalArnessEos: ArrayLike<number>;
}

const local = (row: ArnessValue) => row.localArnessEos[0];
const global = (row: ArnessValue) => row.globalArnessEos[0];

/**
 * @param samples of the adapted and the from-scratch model on both tasks, under every order
 * @param adapted,scratch their names in the column `checkpoint`
 */
export function judgeF3(
  samples: readonly ArnessValue[],
  adapted: string,
  scratch: string,
  rng: Rng,
): JudgedClaim[] {
  const of = (checkpoint: string, task: string, order: number) =>
    samples.filter(row => row.checkpoint === checkpoint && row.task === task && inOrder(row, orders[order]));
  const size = (rows: readonly ArnessValue[]) => ({
    seeds: new Set(rows.map(r => r.seed)).size,
    n: new Set(rows.map(r => r.problem)).size,
  });

  const code = of(adapted, "minipy", 0);
  const between = orders.map((_, i) =>
    [local, global].map(value => measured(of(adapted, "minipy", i), value, rng)),
  );
  const inside = (e: Interval): Outcome =>
    allHold([exceeds(0.5, e), e.upper < 1 ? "holds" : "does-not-hold"]);
  const gain = orders.map((_, i) =>
    [local, global].map(value =>
      pairedDifference(
        of(adapted, "minipy", i),
        of(scratch, "minipy", i),
        value,
        bootstrapDefaults,
        rng.split(`gain ${i}`),
      ),
    ),
  );
  const tasks = orders.map((_, i) =>
    taskDifference(of(adapted, "minimath", i), of(adapted, "minipy", i), rng.split(`tasks ${i}`)),
  );
  const note = (describe: (i: number) => string) =>
    orders.map((order, i) => `${orderName(order)}: ${describe(i)}`).join("; ") + ".";
  return [
    judged(
      f3Between,
      between[0][0],
      size(code),
      allHold(between[0].map(inside)),
      `Measured: local AR-ness@1. Local / global by order: ${note(i => between[i].map(show).join(" / "))}`,
    ),
    judged(
      f3Adapted,
      gain[0][0],
      size(code),
      allHold(gain[0].map(e => exceeds(0, e))),
      `Measured: difference of local AR-ness@1. Local / global difference by order: ${note(i => gain[i].map(show).join(" / "))}`,
    ),
    judged(
      f3CodeMath,
      tasks[0].mean,
      size(code),
      allHold([exceeds(0, tasks[0].mean), exceeds(0, tasks[0].spread)]),
      `Measured: difference of means. Mean / spread difference by order: ${note(i => `${show(tasks[i].mean)} / ${show(tasks[i].spread)}`)}`,
    ),
  ];
}

function measured(rows: readonly ArnessValue[], value: (row: ArnessValue) => number, rng: Rng): Interval {
  const result = measure(rows, value, bootstrapDefaults, rng.split("between"));
  if (result === null) throw new Error("internal: judgeF3 was given no samples of the adapted model.");
  return result;
}

/** Differences between two tasks, whose problems cannot be paired: both are resampled together. */
function taskDifference(
  math: readonly ArnessValue[],
  code: readonly ArnessValue[],
  rng: Rng,
): { mean: Interval; spread: Interval } {
  const seeds = [...new Set(code.map(row => row.seed))];
  const bySeed: BySeed<{ task: string; value: number }> = seeds.map(seed =>
    [...math, ...code].filter(row => row.seed === seed).map(row => ({ task: row.task, value: global(row) })),
  );
  const contrast =
    (statistic: (values: readonly number[]) => number, sign: number) => (sample: typeof bySeed) => {
      const values = (task: string) =>
        sample
          .flat()
          .filter(v => v.task === task && !Number.isNaN(v.value))
          .map(v => v.value);
      return sign * (statistic(values("minimath")) - statistic(values("minipy")));
    };
  return {
    mean: bootstrap(bySeed, contrast(mean, 1), bootstrapDefaults, rng.split("mean")),
    spread: bootstrap(bySeed, contrast(standardDeviation, -1), bootstrapDefaults, rng.split("spread")),
  };
}

function show({ mean: value, lower, upper }: Interval): string {
  return `${value.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
}
