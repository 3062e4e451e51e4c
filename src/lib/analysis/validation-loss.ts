/** Held-out losses in the course of training: curves by recipe, and how exact an estimate of the bound is. */
import type { Rng } from "../core/rng.js";
import { bootstrapDefaults, mean, type BootstrapConfig } from "./bootstrap.js";
import { groupRows, measure, type Measure, type SampleUnit } from "./by-group.js";

/** The columns of a validation log that curves need. */
export interface ValidationLoss extends SampleUnit {
  readonly recipe: string;
  readonly step: number;
  readonly epochs: number;
  /** "hard" or "soft" */
  readonly inputs: string;
  readonly draws: number;
  /** nats a token */
  readonly loss: number;
  /** over the draws of the mask */
  readonly lossSd: number;
}

/** A point of a curve: mean over sequences and training seeds. */
export interface LossPoint extends Measure {
  readonly recipe: string;
  readonly inputs: string;
  readonly step: number;
  readonly epochs: number;
  /** standard error of the mean that comes from the draws of the masks alone; 0 for exact losses */
  readonly drawError: number;
}

/** One row per recipe, kind of input and moment. */
export function validationCurves(
  rows: readonly ValidationLoss[],
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): LossPoint[] {
  const key = ({ recipe, inputs, step, epochs }: ValidationLoss) => ({ recipe, inputs, step, epochs });
  return groupRows(rows, key).flatMap(({ group, rows: found }) => {
    const { recipe, inputs, step } = group;
    const point = measure(found, row => row.loss, config, rng.split(JSON.stringify([recipe, inputs, step])));
    return point === null ? [] : [{ ...group, ...point, drawError: drawError(found) }];
  });
}

/** What is compared: the losses of a recipe, asked with one kind of inputs. */
export type LossSide = Pick<ValidationLoss, "recipe" | "inputs">;

/** How much more one side loses than another at the same share of their runs; `step` is the first side's. */
export type LossDifference = Omit<LossPoint, "drawError">;

/** Paired by training seed and sequence, with intervals over both. */
export function validationDifferences(
  rows: readonly ValidationLoss[],
  of: LossSide,
  minus: LossSide,
  rng: Rng,
  config: BootstrapConfig = bootstrapDefaults,
): LossDifference[] {
  const [own, others] = [of, minus].map(side => rowsOf(rows, side));
  const key = (seed: number, problem: string, share: number) => JSON.stringify([seed, problem, share]);
  const taken = new Map(
    others.rows.map(row => [key(row.seed, row.problem, row.step / others.last), row.loss]),
  );
  const paired = own.rows.flatMap(row => {
    const loss = taken.get(key(row.seed, row.problem, row.step / own.last));
    return loss === undefined ? [] : [{ ...row, loss: row.loss - loss }];
  });
  return groupRows(paired, ({ step, epochs }) => ({ ...of, step, epochs })).flatMap(
    ({ group, rows: found }) => {
      const stream = rng.split(JSON.stringify([of, minus, group.step]));
      const point = measure(found, row => row.loss, config, stream);
      return point === null ? [] : [{ ...group, ...point }];
    },
  );
}

function rowsOf(rows: readonly ValidationLoss[], { recipe, inputs }: LossSide) {
  const found = rows.filter(row => row.recipe === recipe && row.inputs === inputs);
  return { rows: found, last: Math.max(...found.map(row => row.step)) };
}

/**
 * Standard error of the mean over sequences that is due to the masks drawn. Draws are spread evenly over the
 * numbers of masks, which makes the true error smaller than this one, which takes them for independent.
 */
export function drawError(rows: readonly Pick<ValidationLoss, "draws" | "lossSd">[]): number {
  const variances = rows.map(({ draws, lossSd }) => lossSd ** 2 / draws);
  return Math.sqrt(mean(variances) / rows.length);
}

/**
 * Training FLOPs beyond which diffusion has the lower loss on so many unique
 * tokens, by the fit of arXiv 2507.15857 [S]: 2.12 x 10^1.956 x U^2.174.
 * Fitted on 25M tokens and more; anything smaller is an extrapolation.
 */
export function crossoverFlops(uniqueTokens: number): number {
  return 2.12 * 10 ** 1.956 * uniqueTokens ** 2.174;
}
