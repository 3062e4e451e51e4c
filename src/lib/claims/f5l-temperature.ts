/** F5L: AR-ness against temperature (DiffuCoder §4.3, Fig. 5 left). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";
import { inOrder, orderName, orders, type OrderedSample } from "./orders.js";

export const f5lTemperature: Claim = {
  id: "F5L",
  figure: "f5l-ar-ness-by-temperature",
  statement:
    "Raising the temperature from 0.2 to 1.0 lowers local and global AR-ness, for the base and the instruct model.",
  citation: "DiffuCoder §4.3, Fig. 5 left",
  published: "both fall, base and instruct",
  criterion:
    "Local and global AR-ness@1 at T 0.2 minus at T 1.0, paired by problem, for both models: all four intervals above 0. Decided under the public decoder's order on tokens up to the end token; the other orders are in the note.",
};

export interface TemperatureSample extends SampleUnit, OrderedSample {
  readonly checkpoint: string;
  readonly temperature: number;
  readonly localArnessEos: ArrayLike<number>;
  readonly globalArnessEos: ArrayLike<number>;
}

/** @param models names in the column `checkpoint` of the base and the instruct model */
export function judgeF5L(
  samples: readonly TemperatureSample[],
  models: readonly string[],
  rng: Rng,
): JudgedClaim {
  const of = (model: string, order: number, temperature: number) =>
    samples.filter(
      row => row.checkpoint === model && row.temperature === temperature && inOrder(row, orders[order]),
    );
  // A sample that ends at once has no order: only problems with one at both temperatures are paired.
  const falls = orders.map((_, i) =>
    models.flatMap(model =>
      (["localArnessEos", "globalArnessEos"] as const).map(kind => {
        const [cold, hot] = [0.2, 1].map(t => of(model, i, t).filter(row => !Number.isNaN(row[kind][0])));
        const both = new Set(cold.map(r => r.problem).filter(p => hot.some(r => r.problem === p)));
        const kept = (rows: typeof cold) => rows.filter(r => both.has(r.problem));
        return pairedDifference(
          kept(cold),
          kept(hot),
          row => row[kind][0],
          bootstrapDefaults,
          rng.split(`${model} ${kind} ${i}`),
        );
      }),
    ),
  );
  const names = models.flatMap(model => [`${model} local`, `${model} global`]);
  const note = orders.map(
    (order, i) =>
      `${orderName(order)}: ${falls[i].map((e, j) => `${names[j]} ${e.mean.toFixed(3)} [${e.lower.toFixed(3)}, ${e.upper.toFixed(3)}]`).join(", ")}`,
  );
  const first = falls[0];
  const shown = first[first.length - 2];
  return judged(
    f5lTemperature,
    shown,
    { seeds: shown.seeds, n: shown.n },
    allHold(first.map(e => exceeds(0, e))),
    `Measured: fall of local AR-ness@1 of ${models[models.length - 1]}. ${note.join("; ")}.`,
  );
}
