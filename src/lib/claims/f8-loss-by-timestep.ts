/** F8: validation loss against the mask ratio (DiffuCoder §5, Fig. 8). */
import { bootstrap, bootstrapDefaults, mean, type BySeed } from "../analysis/bootstrap.js";
import {
  normalisations,
  weightedLoss,
  type LossDraw,
  type Normalisation,
} from "../analysis/loss-by-timestep.js";
import type { Rng } from "../core/rng.js";
import { exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = {
  figure: "f8-loss-by-timestep",
  statement: "The weighted loss explodes for small mask ratios t and is smallest for t in [0.2, 0.8].",
  citation: "DiffuCoder §5, Fig. 8",
  published: "explodes at small t; t is drawn from [0.2, 0.8]",
} as const;
const rule =
  "Loss at the smallest t over the mean loss in [0.2, 0.8]: interval above 2, and the smallest loss at a t in [0.2, 0.8].";

/** The paper does not say how the loss is normalised: a claim for each way. */
export const f8LossByTimestep: Readonly<Record<Normalisation, Claim>> = {
  mean: { ...common, id: "F8", criterion: `${rule} With (1/t) x mean over the masked tokens.` },
  sum: { ...common, id: "F8-sum", criterion: `${rule} With (1/t) x sum over the masked tokens / length.` },
};

/** Losses of one problem by index of t: their sum and how many. */
interface Curve {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** A judgement for either normalisation. @param draws of one model; its runs are its training seeds */
export function judgeF8(draws: readonly LossDraw[], rng: Rng): JudgedClaim[] {
  const ratios = [...new Set(draws.map(d => d.t))].sort((a, b) => a - b);
  return normalisations.map(by => {
    const bySeed = curvesOf(draws, ratios, by);
    const at = ratios[indexOfSmallest(meanCurve(bySeed, ratios.length))];
    const explosion = (sample: BySeed<Curve>) => {
      const curve = meanCurve(sample, ratios.length);
      return curve[0] / mean([...curve].filter((_, i) => inSweetSpot(ratios[i])));
    };
    const ratio = bootstrap(bySeed, explosion, bootstrapDefaults, rng.split(by));
    const verdict = inSweetSpot(at) ? exceeds(2, ratio) : "does-not-hold";
    const size = { seeds: bySeed.length, n: new Set(draws.map(d => d.problem)).size };
    return judged(f8LossByTimestep[by], ratio, size, verdict, `Smallest at t = ${at}.`);
  });
}

function inSweetSpot(t: number): boolean {
  return t >= 0.2 && t <= 0.8;
}

/** By run and problem; a draw that masked nothing has no mean over masked tokens and counts for nothing there. */
function curvesOf(draws: readonly LossDraw[], ratios: readonly number[], by: Normalisation): BySeed<Curve> {
  const runs = new Map<string, Map<string, Curve>>();
  for (const draw of draws) {
    const problems = runs.get(draw.run) ?? new Map<string, Curve>();
    const empty = { sums: new Float64Array(ratios.length), counts: new Float64Array(ratios.length) };
    const curve = problems.get(draw.problem) ?? empty;
    runs.set(draw.run, problems.set(draw.problem, curve));
    const loss = weightedLoss(draw, by);
    if (Number.isNaN(loss)) continue;
    curve.sums[ratios.indexOf(draw.t)] += loss;
    curve.counts[ratios.indexOf(draw.t)]++;
  }
  return [...runs.values()].map(problems => [...problems.values()]);
}

/** Mean loss by index of t, over every draw. */
function meanCurve(bySeed: BySeed<Curve>, ratios: number): Float64Array {
  const [sums, counts] = [new Float64Array(ratios), new Float64Array(ratios)];
  for (const curve of bySeed.flat())
    for (let i = 0; i < ratios; i++) {
      sums[i] += curve.sums[i];
      counts[i] += curve.counts[i];
    }
  return sums.map((sum, i) => sum / counts[i]);
}

function indexOfSmallest(values: Float64Array): number {
  return values.indexOf(Math.min(...values));
}
