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

export const f8LossByTimestep: Claim = {
  id: "F8",
  figure: "f8-loss-by-timestep",
  statement: "The weighted loss explodes for small mask ratios t and is smallest for t in [0.2, 0.8].",
  citation: "DiffuCoder §5, Fig. 8",
  published: "explodes at small t; t is drawn from [0.2, 0.8]",
  criterion:
    "Loss at the smallest t over the mean loss in [0.2, 0.8]: interval above 2, and the smallest loss at a t in [0.2, 0.8]. Decided with (1/t) x mean over masked tokens; the other normalisation is in the note.",
};

type Problem = readonly LossDraw[];

/** @param draws of one model; its runs are its training seeds */
export function judgeF8(draws: readonly LossDraw[], rng: Rng): JudgedClaim {
  const runs = [...new Set(draws.map(d => d.run))];
  const problems = [...new Set(draws.map(d => d.problem))];
  const bySeed: BySeed<Problem> = runs.map(run =>
    problems.map(p => draws.filter(d => d.run === run && d.problem === p)),
  );
  const [byMean, bySum] = normalisations.map(by => {
    const ratio = bootstrap(bySeed, sample => explosion(sample, by), bootstrapDefaults, rng.split(by));
    return { ratio, at: sweetSpot(bySeed, by) };
  });
  const inside = byMean.at >= 0.2 && byMean.at <= 0.8;
  const verdict = inside ? exceeds(2, byMean.ratio) : "does-not-hold";
  const show = (r: typeof bySum) =>
    `${r.ratio.mean.toFixed(2)} [${r.ratio.lower.toFixed(2)}, ${r.ratio.upper.toFixed(2)}], smallest at t = ${r.at}`;
  const detail = `Mean over masked tokens: ${show(byMean)}. Sum divided by the length: ${show(bySum)}.`;
  return judged(f8LossByTimestep, byMean.ratio, { seeds: runs.length, n: problems.length }, verdict, detail);
}

/** Mean loss by t, over every draw that masked something. */
function curve(sample: BySeed<Problem>, by: Normalisation): Map<number, number> {
  const losses = new Map<number, number[]>();
  for (const draw of sample.flat(2)) {
    const loss = weightedLoss(draw, by);
    if (!Number.isNaN(loss)) append(losses, draw.t, loss);
  }
  return new Map([...losses].map(([t, values]) => [t, mean(values)]));
}

function explosion(sample: BySeed<Problem>, by: Normalisation): number {
  const byT = curve(sample, by);
  const middle = [...byT].filter(([t]) => t >= 0.2 && t <= 0.8).map(([, loss]) => loss);
  return (byT.get(Math.min(...byT.keys())) as number) / mean(middle);
}

function sweetSpot(sample: BySeed<Problem>, by: Normalisation): number {
  return [...curve(sample, by)].reduce((best, entry) => (entry[1] < best[1] ? entry : best))[0];
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
