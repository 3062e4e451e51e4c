/**
 * pass@k of graded samples, averaged over problems: the numbers behind Fig. 5 right, 6 and 11 and Table 2.
 */
import type { Rng } from "../core/rng.js";
import {
  bootstrap,
  bootstrapDefaults,
  seedMean,
  standardDeviation,
  type BootstrapConfig,
} from "./bootstrap.js";
import { groupRows, unitsOf, valuesOf, type Group, type Measure, type SampleUnit } from "./by-group.js";
import { passAtK } from "./pass-at-k.js";

/** The columns of a samples log that pass@k needs; null where a task has no such grade. */
export interface GradedSample extends SampleUnit {
  readonly passedBase: boolean | null;
  readonly passedPlus: boolean | null;
  readonly correct: boolean | null;
}

/** `base` and `plus` tests of a code task, or the `answer` of a math task. */
export type Suite = "base" | "plus" | "answer";

/** `sd` is over problems here: of a sample there is only right or wrong. */
export interface PassMeasure extends Measure {
  readonly suite: Suite;
  readonly k: number;
}

const grades = { base: "passedBase", plus: "passedPlus", answer: "correct" } as const;

/**
 * One row per group, suite and k. A suite that grades no sample of a group is left out.
 * @throws UserError when a problem has fewer than k samples
 */
export function passAtKByGroup<R extends GradedSample, G extends Group>(
  samples: readonly R[],
  ks: readonly number[],
  group: (row: R) => G,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): (G & PassMeasure)[] {
  return groupRows(samples, group).flatMap(({ group: settings, rows }) =>
    (["base", "plus", "answer"] as const).flatMap(suite => {
      const graded = rows.filter(row => row[grades[suite]] !== null);
      if (graded.length === 0) return [];
      return ks.map(k => {
        const stream = rng.split(JSON.stringify([settings, suite, k]));
        return { ...settings, suite, k, ...measurePass(graded, suite, k, config, stream) };
      });
    }),
  );
}

function measurePass(
  graded: readonly GradedSample[],
  suite: Suite,
  k: number,
  config: BootstrapConfig,
  rng: Rng,
): Measure {
  const units = unitsOf(graded);
  const perProblem = valuesOf(units, samples =>
    passAtK({ n: samples.length, c: samples.filter(row => row[grades[suite]]).length }, k),
  );
  return {
    ...bootstrap(perProblem, seedMean, config, rng),
    sd: standardDeviation(perProblem.flat()),
    n: new Set(graded.map(row => row.problem)).size,
    seeds: units.size,
    samples: graded.length,
  };
}
