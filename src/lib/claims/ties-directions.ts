/** Whether findings about AR-ness keep their direction when the tie rule changes, which decides most cold steps. */
import { sampleArness } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { exceeds, judged, type Claim, type Estimate, type JudgedClaim, type Outcome } from "./claim.js";
import { adaptedGain, taskDifference, type ArnessValue } from "./f3-ar-ness.js";
import { temperatureFall } from "./f5l-temperature.js";
import { inOrder, orderName, orders, type Order } from "./orders.js";

export const tiesDirections: Claim = {
  id: "TIES-directions",
  figure: "ties-directions",
  statement: "What F3, F4 and F5L say of AR-ness keeps its direction whichever tie rule decodes.",
  citation: "not in the paper; DiffuCoder Fig. 3, 4 and 5 left under other tie rules",
  published: "none: one rule, which is not named",
  criterion:
    "Every difference that is clear under leftmost ties (its interval lies on one side of 0) has its interval on the same side under rightmost ties, random ties and the untempered-entropy order. One on the other side refutes; one that spans 0 leaves it open.",
};

/** Names in the column `checkpoint`, one for each part of the comparisons. */
export interface DirectionModels {
  readonly base: string;
  readonly instruct: string;
  readonly scratch: string;
  readonly stage1: string;
  readonly stage1Long: string;
  readonly instruct1Epoch: string;
}

/** One difference of AR-ness@1 to the end token under one order; above 0 means as the paper says. */
export interface Direction {
  readonly finding: string;
  readonly kind: "local" | "global";
  /** as `orderName` */
  readonly order: string;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  readonly n: number;
  readonly seeds: number;
}

/** What the differences read of a samples log. */
export type DirectionSample = ArnessValue & { readonly temperature: number };

type Difference = Omit<Direction, "finding" | "kind" | "order">;

/** Every difference under every order. @param samples at T 0.2 of every model, and at T 1.0 of base and instruct */
export function directionsOf(
  samples: readonly DirectionSample[],
  models: DirectionModels,
  rng: Rng,
): Direction[] {
  const cold = samples.filter(row => row.temperature === 0.2);
  const code = samples.filter(row => row.task === "minipy");
  return orders.flatMap(order => {
    const named = (finding: string, differences: readonly Difference[]): Direction[] =>
      differences.map(({ mean, lower, upper, n, seeds }, i) => ({
        finding,
        kind: i === 0 ? "local" : "global",
        order: orderName(order),
        ...{ mean, lower, upper, n, seeds },
      }));
    const fall = (model: string) => temperatureFall(code, model, order, rng.split(model));
    const between = (after: string, before: string) =>
      modelDifference(cold, after, before, order, rng.split(after));
    const f3 = { adapted: models.instruct, scratch: models.scratch };
    return [
      ...named("F3: adapted minus from scratch", adaptedGain(cold, f3, order, rng.split("gain"))),
      ...named("F3: math minus code", [mathMinusCode(cold, models.instruct, order, rng)]).map(
        row => ({ ...row, kind: "global" }) as const,
      ),
      ...named("F4: stage I four times as long minus short", between(models.stage1Long, models.stage1)),
      ...named("F4: stage III one epoch minus five", between(models.instruct1Epoch, models.instruct)),
      ...named("F5L: base, T 0.2 minus 1.0", fall(models.base)),
      ...named("F5L: instruct, T 0.2 minus 1.0", fall(models.instruct)),
    ];
  });
}

function mathMinusCode(samples: readonly ArnessValue[], adapted: string, order: Order, rng: Rng): Difference {
  const { mean } = taskDifference(samples, { adapted }, order, rng.split("tasks"));
  const of = samples.filter(row => row.checkpoint === adapted && inOrder(row, order));
  const size = {
    n: new Set(of.map(row => row.problem)).size,
    seeds: new Set(of.map(row => row.seed)).size,
  };
  return { ...mean, ...size };
}

/** On code, paired: local, global. */
function modelDifference(
  samples: readonly ArnessValue[],
  after: string,
  before: string,
  order: Order,
  rng: Rng,
): readonly Difference[] {
  const [high, low] = [after, before].map(model =>
    samples.filter(row => row.checkpoint === model && row.task === "minipy" && inOrder(row, order)),
  );
  return (["local", "global"] as const).map(kind =>
    pairedDifference(high, low, row => sampleArness(row, kind), bootstrapDefaults, rng.split(kind)),
  );
}

/** 1 above 0, -1 below, 0 where the interval spans it. */
function side(e: Estimate): number {
  if (exceeds(0, e) === "holds") return 1;
  return exceeds(0, e) === "does-not-hold" ? -1 : 0;
}

/** The share of clear differences that keep their side is what is measured; its bounds count the open ones either way. */
export function judgeDirections(rows: readonly Direction[]): JudgedClaim {
  const [first, ...others] = orders.map(orderName);
  const compared = rows
    .filter(row => row.order === first && side(row) !== 0)
    .flatMap(row =>
      others.map(order => {
        const other = rows.find(r => r.order === order && r.finding === row.finding && r.kind === row.kind);
        if (other === undefined) throw new Error(`internal: no ${row.finding} under ${order}.`);
        return { name: `${row.finding}, ${row.kind}, ${order}`, product: side(row) * side(other) };
      }),
    );
  const count = (product: number) => compared.filter(c => c.product === product).length;
  const share = {
    mean: count(1) / compared.length,
    lower: count(1) / compared.length,
    upper: (count(1) + count(0)) / compared.length,
  };
  const verdict: Outcome =
    count(-1) > 0 ? "does-not-hold" : count(0) > 0 || compared.length === 0 ? "inconclusive" : "holds";
  const reversed = compared.filter(c => c.product === -1).map(c => c.name);
  const detail = `Measured: share of ${compared.length} comparisons that keep their side; the upper bound counts the ${count(0)} that span 0 as kept. Reversed: ${reversed.length === 0 ? "none" : reversed.join("; ")}.`;
  const size = { seeds: Math.max(...rows.map(r => r.seeds)), n: Math.max(...rows.map(r => r.n)) };
  return judged(tiesDirections, share, size, verdict, detail);
}
