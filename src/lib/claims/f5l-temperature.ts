/** F5L: AR-ness against temperature (DiffuCoder §4.3, Fig. 5 left). */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";
import { byOrder, inOrder, orders, underOrders, type Order, type OrderedSample } from "./orders.js";

export const f5lTemperature: Claim = {
  id: "F5L",
  figure: "f5l-ar-ness-by-temperature",
  statement:
    "Raising the temperature from 0.2 to 1.0 lowers local and global AR-ness, for the base and the instruct model.",
  citation: "DiffuCoder §4.3, Fig. 5 left",
  published: "both fall, base and instruct",
  criterion:
    "Local and global AR-ness@1 at T 0.2 minus at T 1.0, paired by problem, for both models: all four intervals above 0. Decided under the public decoder's order on tokens up to the end token; the note says what the other orders give.",
};

export interface TemperatureSample extends ArnessSample, OrderedSample {
  readonly checkpoint: string;
  readonly temperature: number;
}

/** @param models names in the column `checkpoint` of the base and the instruct model */
export function judgeF5L(
  samples: readonly TemperatureSample[],
  models: readonly string[],
  rng: Rng,
): JudgedClaim {
  const falls = orders.map(order =>
    models.flatMap(model => temperatureFall(samples, model, order, rng.split(model))),
  );
  const names = models.flatMap(model => [`${model} local`, `${model} global`]);
  const outcomes = falls.map(four => allHold(four.map(e => exceeds(0, e))));
  const note = byOrder(i => falls[i].map((e, j) => `${names[j]} ${estimateInWords(e)}`).join(", "));
  const shown = falls[0][falls[0].length - 2];
  return judged(
    f5lTemperature,
    shown,
    shown,
    outcomes[0],
    `${underOrders(outcomes)} Measured: fall of local AR-ness@1 of ${models[models.length - 1]}. ${note}.`,
  );
}

/** AR-ness@1 to the end token at T 0.2 minus at T 1.0, paired: local, global. */
export function temperatureFall(
  samples: readonly TemperatureSample[],
  model: string,
  order: Order,
  rng: Rng,
): readonly Measure[] {
  const [cold, hot] = [0.2, 1].map(temperature =>
    samples.filter(row => row.checkpoint === model && row.temperature === temperature && inOrder(row, order)),
  );
  return (["local", "global"] as const).map(kind =>
    pairedDifference(
      cold,
      hot,
      row => sampleArness(row, kind),
      bootstrapDefaults,
      rng.split(`${kind} ${order.tieRule} ${order.remasking}`),
    ),
  );
}
