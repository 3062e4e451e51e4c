/** What fewer denoiser steps cost in pass@1 (DiffuCoder Fig. 1c, 11): as a difference and as a share of what there was. */
import { UserError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import { bootstrap, bootstrapDefaults, mean, seedMean, type BySeed, type Interval } from "./bootstrap.js";
import { unitsOf, type SampleUnit } from "./by-group.js";

export interface PassedSample extends SampleUnit {
  readonly passedBase: boolean | null;
}

/** The samples of one model at one temperature, with all its steps and with fewer. */
export interface StepsPair<R extends PassedSample = PassedSample> {
  readonly full: readonly R[];
  readonly fewer: readonly R[];
}

/** `absolute` is pass@1 at full steps minus at fewer; `relative` is that divided by pass@1 at full steps (0 where that is 0: nothing to lose). */
export const lossKinds = ["absolute", "relative"] as const;
export type LossKind = (typeof lossKinds)[number];

/** Shares of one problem's samples that passed: [full, fewer] of each pair. */
type Shares = readonly (readonly [number, number])[];

/** Loss of one model with its interval over problems and seeds. */
export function stepLoss(pair: StepsPair, kind: LossKind, rng: Rng): Interval {
  return bootstrap(sharesOf([pair]), sample => lossOf(sample, 0, kind), bootstrapDefaults, rng);
}

/**
 * How much more the first loses than the second, paired by seed and problem.
 * @throws UserError when the four lists do not cover the same seeds and problems
 */
export function stepLossDifference(more: StepsPair, less: StepsPair, kind: LossKind, rng: Rng): Interval {
  const difference = (sample: BySeed<Shares>) => lossOf(sample, 0, kind) - lossOf(sample, 1, kind);
  return bootstrap(sharesOf([more, less]), difference, bootstrapDefaults, rng);
}

function lossOf(sample: BySeed<Shares>, pair: number, kind: LossKind): number {
  const passAt = (steps: 0 | 1) =>
    seedMean(sample.map(problems => problems.map(shares => shares[pair][steps])));
  const [full, fewer] = [passAt(0), passAt(1)];
  if (kind === "absolute") return full - fewer;
  return full === 0 ? 0 : (full - fewer) / full;
}

function sharesOf(pairs: readonly StepsPair[]): BySeed<Shares> {
  const units = pairs.map(({ full, fewer }) => [unitsOf(full), unitsOf(fewer)] as const);
  const share = (side: ReturnType<typeof unitsOf<PassedSample>>, seed: number, problem: string) => {
    const samples = side.get(seed)?.get(problem);
    if (samples === undefined)
      throw new UserError(
        `step loss: seed ${seed}, problem ${problem} is missing from a run; compare runs over the same seeds and problems.`,
      );
    return mean(samples.map(sample => (sample.passedBase === true ? 1 : 0)));
  };
  return [...units[0][0]].map(([seed, problems]) =>
    [...problems.keys()].map(problem =>
      units.map(([full, fewer]) => [share(full, seed, problem), share(fewer, seed, problem)] as const),
    ),
  );
}
