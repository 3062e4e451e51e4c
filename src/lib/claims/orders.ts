/**
 * The decoding orders that every AR-ness study shows side by side, because at low temperature ties decide the
 * public decoder's order (testbed trap 1).
 */
import type { Outcome } from "./claim.js";

export interface Order {
  readonly score: string;
  readonly tieRule: string;
}

/** The public decoder's first: it decides verdicts. */
export const orders = [
  { score: "neg-entropy", tieRule: "leftmost" },
  { score: "neg-entropy", tieRule: "random" },
  { score: "neg-entropy-untempered", tieRule: "leftmost" },
] as const satisfies readonly Order[];

/** The opposite of the public decoder's tie rule: what its order owes to ties, this turns round. */
export const rightmostOrder = { score: "neg-entropy", tieRule: "rightmost" } as const satisfies Order;

/** Every order of the study of ties, the public decoder's first. */
export const tieOrders = [orders[0], rightmostOrder, orders[1], orders[2]] as const;

export type OrderedSample = Order;

export function inOrder(row: OrderedSample, order: Order): boolean {
  return row.score === order.score && row.tieRule === order.tieRule;
}

/** "leftmost ties", "random ties", "untempered entropy" or "autoregressive". */
export function orderName({ score, tieRule }: Order): string {
  if (score === "autoregressive") return score;
  return score === "neg-entropy-untempered" ? "untempered entropy" : `${tieRule} ties`;
}

const outcomeWords: Readonly<Record<Outcome, string>> = {
  holds: "holds",
  "does-not-hold": "does not hold",
  inconclusive: "inconclusive",
};

/** "Holds under leftmost ties; does not hold under random ties; inconclusive under untempered entropy." */
export function underOrders(outcomes: readonly Outcome[], of: readonly Order[] = orders): string {
  const parts = (["holds", "does-not-hold", "inconclusive"] as const).flatMap(outcome => {
    const names = of.filter((_, i) => outcomes[i] === outcome).map(orderName);
    return names.length === 0 ? [] : [`${outcomeWords[outcome]} under ${names.join(" and ")}`];
  });
  const [first, ...rest] = parts;
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join("; ")}.`;
}

/** What each order gave, in words. */
export function byOrder(describe: (order: number) => string, of: readonly Order[] = orders): string {
  return of.map((order, i) => `${orderName(order)}: ${describe(i)}`).join("; ");
}
