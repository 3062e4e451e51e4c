/**
 * Whether findings about AR-ness keep their direction when the tie rule changes, which decides most cold
 * steps.
 */
import { intervalOf } from "../../analysis/intervals.js";
import type { Condition, Judgement, Outcome } from "../claim.js";
import { measured } from "../contrasts.js";
import { likeForms } from "../like-forms.js";
import { orderName, orders } from "../orders.js";
import type { Row, Where } from "../rows.js";

interface Named {
  readonly finding: string;
  readonly kind: "local" | "global";
  readonly condition: Condition;
}

const code = { task: "minipy", temperature: 0.2 } as const;
const both = (finding: string, of: Where, minus: Where): Named[] =>
  (["local", "global"] as const).map(kind => ({
    finding,
    kind,
    condition: { measure: kind, of, minus, above: 0 },
  }));
const models = (finding: string, of: string, minus: string) =>
  both(finding, { checkpoint: of, ...code }, { checkpoint: minus, ...code });
const cooler = (name: string, checkpoint: string) =>
  both(`F5L: ${name}, T 0.2 minus 1.0`, { checkpoint, ...code }, { checkpoint, ...code, temperature: 1 });
const like = (task: keyof typeof likeForms) => ({
  checkpoint: "instruct",
  ...code,
  task,
  form: likeForms[task],
});

/** Above 0 means as the paper says. */
const named: readonly Named[] = [
  ...models("F3: adapted minus from scratch", "instruct", "scratch-instruct"),
  {
    finding: "F3: math minus code",
    kind: "global",
    condition: { measure: "global", of: like("minimath"), minus: like("minipy"), above: 0 },
  },
  ...models("F4: stage I four times as long minus short", "stage1-long", "stage1"),
  ...models("F4: stage III one epoch minus five", "instruct-1epoch", "instruct"),
  ...cooler("base", "stage2"),
  ...cooler("instruct", "instruct"),
];

export const directionConditions: readonly Condition[] = named.map(({ condition }) => condition);

/** One difference of AR-ness@1 to the end token under one order. */
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

/**
 * Every difference under every order. @param rows at T 0.2 of every model, and at T 1.0 of base and instruct
 */
export function directionsOf(rows: readonly Row[]): Direction[] {
  return orders.flatMap(order =>
    named.flatMap(({ finding, kind, condition }) => {
      const found = measured(rows, condition, { scope: { ...order } });
      if (found === null) return [];
      const { value, n, seeds } = found;
      return [{ finding, kind, order: orderName(order), mean: value, ...intervalOf(found), n, seeds }];
    }),
  );
}

/** @returns null when no difference was run */
export function judgeDirections(rows: readonly Row[]): Judgement | null {
  const found = directionsOf(rows);
  return found.length === 0 ? null : keptSides(found);
}

/**
 * The share of clear differences that keep their side is what is measured; its bounds count the open ones
 * either way.
 */
export function keptSides(found: readonly Direction[]): Judgement {
  const [first, ...others] = orders.map(orderName);
  const compared = found
    .filter(row => row.order === first && side(row) !== 0)
    .flatMap(row =>
      others.flatMap(order => {
        const other = found.find(r => r.order === order && r.finding === row.finding && r.kind === row.kind);
        if (other === undefined) return [];
        return [{ name: `${row.finding}, ${row.kind}, ${order}`, product: side(row) * side(other) }];
      }),
    );
  const count = (product: number) => compared.filter(c => c.product === product).length;
  const [kept, open, turned] = [count(1), count(0), count(-1)];
  const verdict: Outcome =
    turned > 0 ? "does-not-hold" : open > 0 || compared.length === 0 ? "inconclusive" : "holds";
  const reversed = compared.filter(c => c.product === -1).map(c => c.name);
  return {
    measured: kept / compared.length,
    lower: kept / compared.length,
    upper: (kept + open) / compared.length,
    seeds: Math.max(...found.map(r => r.seeds)),
    n: Math.max(...found.map(r => r.n)),
    verdict,
    scope: "",
    p: NaN,
    detail:
      `Measured: share of ${compared.length} comparisons that keep their side; the upper bound counts ` +
      `the ${open} that ` +
      `span 0 as kept. Reversed: ${reversed.length === 0 ? "none" : reversed.join("; ")}.`,
  };
}

/** 1 above 0, -1 below, 0 where the interval spans it or is not known. */
function side({ lower, upper }: Direction): number {
  if (lower > 0) return 1;
  return upper < 0 ? -1 : 0;
}
