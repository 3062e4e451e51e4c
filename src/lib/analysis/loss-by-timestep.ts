/**
 * Validation loss against the mask ratio t (DiffuCoder §5, Fig. 8). The paper does
 * not say how L_t is normalised, and it matters: (1/t) x MEAN over the masked
 * tokens blows up at small t, (1/t) x SUM / length only spreads there. Both.
 */
import type { Rng } from "../core/rng.js";
import {
  bootstrapDefaults,
  bootstrapMean,
  mean,
  standardDeviation,
  type BootstrapConfig,
} from "./bootstrap.js";
import { groupRows, unitsOf, valuesOf, type Measure } from "./by-group.js";

/** The columns of a losses log. */
export interface LossDraw {
  readonly run: string;
  readonly problem: string;
  /** mask ratio in (0, 1] */
  readonly t: number;
  readonly masked: number;
  readonly completionLength: number;
  /** nats, summed over the masked tokens, unweighted */
  readonly lossSum: number;
}

/** "mean": (1/t) x mean over masked tokens; "sum": (1/t) x sum over masked tokens / completion length. */
export const normalisations = ["mean", "sum"] as const;
export type Normalisation = (typeof normalisations)[number];

/** `samples` are draws of the mask, and `sd` is over them. */
export interface LossMeasure extends Measure {
  readonly normalisation: Normalisation;
  readonly t: number;
  /** coefficient of variation of a single draw, sd / mean */
  readonly cv: number;
}

/** Weighted loss of one draw, nats; NaN for "mean" when nothing was masked. */
export function weightedLoss({ t, masked, completionLength, lossSum }: LossDraw, by: Normalisation): number {
  return lossSum / (by === "mean" ? masked : completionLength) / t;
}

/**
 * One row per normalisation and t, t ascending, for the draws of one model;
 * its runs are its training seeds. A draw in which nothing was masked has
 * no mean over masked tokens and is left out of that normalisation alone.
 */
export function lossByTimestep(
  draws: readonly LossDraw[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): LossMeasure[] {
  const seeds = [...new Set(draws.map(d => d.run))];
  const rows = draws.map(d => ({ ...d, seed: seeds.indexOf(d.run) }));
  const byT = groupRows(rows, ({ t }) => ({ t })).sort((a, b) => a.group.t - b.group.t);
  return normalisations.flatMap(normalisation =>
    byT.flatMap(({ group: { t }, rows: all }) => {
      const drawn = all.filter(d => normalisation === "sum" || d.masked > 0);
      if (drawn.length === 0) return [];
      const losses = drawn.map(d => weightedLoss(d, normalisation));
      const units = unitsOf(drawn);
      const perProblem = valuesOf(units, draws => mean(draws.map(d => weightedLoss(d, normalisation))));
      const sd = standardDeviation(losses);
      return {
        normalisation,
        t,
        ...bootstrapMean(perProblem, config, rng.split(`${normalisation}/${t}`)),
        sd,
        cv: sd / mean(losses),
        n: new Set(drawn.map(d => d.problem)).size,
        seeds: units.size,
        samples: drawn.length,
      };
    }),
  );
}
