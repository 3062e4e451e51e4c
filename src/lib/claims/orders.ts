/**
 * The decoding orders that every AR-ness study shows side by side, because at low temperature ties decide the
 * public decoder's order (testbed trap 1).
 */

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

export type OrderedSample = Order;

export function inOrder(row: OrderedSample, order: Order): boolean {
  return row.score === order.score && row.tieRule === order.tieRule;
}

/** "leftmost ties", "random ties", "untempered entropy" or "autoregressive". */
export function orderName({ score, tieRule }: Order): string {
  if (score === "autoregressive") return score;
  return score === "neg-entropy-untempered" ? "untempered entropy" : `${tieRule} ties`;
}
