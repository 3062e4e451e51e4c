/**
 * The decoding orders that every AR-ness study shows side by side, because at low temperature ties decide the
 * public decoder's order (testbed trap 1).
 */
import type { Outcome } from "./claim.js";

export interface Order {
  readonly remasking: string;
  readonly tieRule: string;
}

/** The public decoder's first: it decides verdicts. What its order owes to ties, the second turns round; the last has no ties. */
export const orders = [
  { remasking: "neg-entropy", tieRule: "leftmost" },
  { remasking: "neg-entropy", tieRule: "rightmost" },
  { remasking: "neg-entropy", tieRule: "random" },
  { remasking: "neg-entropy-untempered", tieRule: "leftmost" },
] as const satisfies readonly Order[];

export type OrderedSample = Order;

export function inOrder(row: OrderedSample, order: Order): boolean {
  return row.remasking === order.remasking && row.tieRule === order.tieRule;
}

/** "leftmost ties", "random ties", "untempered entropy" or "autoregressive". */
export function orderName({ remasking, tieRule }: Order): string {
  if (remasking === "autoregressive") return remasking;
  return remasking === "neg-entropy-untempered" ? "untempered entropy" : `${tieRule} ties`;
}

const outcomeWords: Readonly<Record<Outcome, string>> = {
  holds: "holds",
  "does-not-hold": "does not hold",
  inconclusive: "inconclusive",
};

/** "Holds under leftmost ties; does not hold under random ties; inconclusive under untempered entropy." */
export function underOrders(outcomes: readonly Outcome[]): string {
  const parts = (["holds", "does-not-hold", "inconclusive"] as const).flatMap(outcome => {
    const names = orders.filter((_, i) => outcomes[i] === outcome).map(orderName);
    return names.length === 0 ? [] : [`${outcomeWords[outcome]} under ${inWords(names)}`];
  });
  const [first, ...rest] = parts;
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join("; ")}.`;
}

/** "a, b and c" */
function inWords(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names[names.length - 1]].filter(part => part !== "").join(" and ");
}

/** What each order gave, in words. */
export function byOrder(describe: (order: number) => string): string {
  return orders.map((order, i) => `${orderName(order)}: ${describe(i)}`).join("; ");
}
