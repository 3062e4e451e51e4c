/** F6: what temperature buys (DiffuCoder §4.3, Fig. 5 right and 6). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure } from "../analysis/by-group.js";
import { passAtKByProblem, type GradedSample } from "../analysis/pass-by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = { figure: "f6-pass-at-k", citation: "DiffuCoder §4.3, Fig. 5 right, Fig. 6" } as const;

export const f6PassAtK: Claim = {
  ...common,
  id: "F6",
  statement:
    "A higher temperature gives up pass@1 but not the model's ability: pass@10 at T 1.0 is far above pass@1 at T 0.2.",
  published: "HumanEval, base: pass@1 67.1 at T 0.2; pass@10 77 to 88 at T 1.0 and 1.2 (percent)",
  criterion:
    "pass@10 at T 1.0 minus pass@1 at T 0.2, base tests, paired by problem, base and instruct model: both intervals above 0.",
};

export const f6Cold: Claim = {
  ...common,
  id: "F6-cold",
  statement: "A low temperature gives a high pass@1 and a flat pass@k.",
  published:
    "HumanEval, base: pass@1 67.1 at T 0.2, 45.7 to 50 at T 1.0 and 1.2 (percent); pass@k flat at T 0.2",
  criterion:
    "For both models, paired by problem: pass@1 at T 0.2 minus at T 1.0 above 0, and the rise from pass@1 to pass@10 at T 1.0 minus twice that at T 0.2 above 0.",
};

export const f6Hot: Claim = {
  ...common,
  id: "F6-hot",
  statement: "At T 1.0 and 1.2 pass@10 is far above pass@1.",
  published: "HumanEval, base: pass@1 45.7 to 50, pass@10 77 to 88 (percent)",
  criterion:
    "pass@10 minus pass@1 at T 1.0 and at T 1.2, base tests, for both models: all four intervals above 0.1.",
};

/** What the paper calls "far": ten points. */
const far = 0.1;

export interface PassSample extends GradedSample {
  readonly checkpoint: string;
  readonly temperature: number;
}

/**
 * Three judgements on the base tests.
 * @param samples of both models, `k` or more a problem at T 0.2, 1.0 and 1.2
 * @param models names in the column `checkpoint` of the base and the instruct model; the last one's numbers are shown
 */
export function judgeF6(
  samples: readonly PassSample[],
  models: readonly string[],
  rng: Rng,
  k = 10,
): JudgedClaim[] {
  const passes = (model: string, temperature: number, at: number) =>
    passAtKByProblem(
      samples.filter(row => row.checkpoint === model && row.temperature === temperature),
      "base",
      at,
    );
  const pair = (after: Passes, before: Passes, name: string) =>
    pairedDifference(after, before, row => row.value, bootstrapDefaults, rng.split(name));

  const gains = models.map(model => pair(passes(model, 1, k), passes(model, 0.2, 1), `${model} gain`));
  const losses = models.map(model => pair(passes(model, 0.2, 1), passes(model, 1, 1), `${model} loss`));
  const flatter = models.map(model => {
    const rise = (t: number, weight: number) => weighted(passes(model, t, k), passes(model, t, 1), weight);
    return pair(rise(1, 1), rise(0.2, 2), `${model} flat`);
  });
  const rises = models.flatMap(model =>
    [1, 1.2].map(t => pair(passes(model, t, k), passes(model, t, 1), `${model} rise ${t}`)),
  );
  const each = (list: readonly Measure[]) =>
    models.map((m, i) => `${m} ${estimateInWords(list[i])}`).join(", ");
  const last = models.length - 1;
  return [
    judged(
      f6PassAtK,
      gains[last],
      gains[last],
      allHold(gains.map(e => exceeds(0, e))),
      `By model: ${each(gains)}.`,
    ),
    judged(
      f6Cold,
      losses[last],
      losses[last],
      allHold([...losses, ...flatter].map(e => exceeds(0, e))),
      `Measured: pass@1 at T 0.2 minus at T 1.0. By model: ${each(losses)}. Rise at T 1.0 minus twice the rise at T 0.2: ${each(flatter)}.`,
    ),
    judged(
      f6Hot,
      rises[2 * last],
      rises[2 * last],
      allHold(rises.map(e => exceeds(far, e))),
      `Measured: T 1.0. By model at T 1.0 / 1.2: ${models
        .map(
          (m, i) =>
            `${m} ${rises
              .slice(2 * i, 2 * i + 2)
              .map(estimateInWords)
              .join(" / ")}`,
        )
        .join(", ")}.`,
    ),
  ];
}

type Passes = ReturnType<typeof passAtKByProblem>;

/** `weight` x (after - before), problem by problem; both lists come in the same order. */
function weighted(after: Passes, before: Passes, weight: number): Passes {
  return after.map((row, i) => ({ ...row, value: weight * (row.value - before[i].value) }));
}
