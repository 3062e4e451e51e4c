/**
 * AR-ness: how much an order of decoding resembles left to right (DiffuCoder §4.1, A.2). The authors
 * published no code; the conventions are those of test/reference/ar-ness. Positions are 0-based in the
 * completion; the tokens of one step are put left to right and each counts as a step of its own (the paper
 * defines one token a step only); the prompt counts as ..., -3, -2, -1 decoded in that order, so AR scores 1
 * for every k. Fractions, not percent.
 */
import { UserError } from "../core/errors.js";

/**
 * What the k predecessors of p must be. "caption": p-1, p-2, ..., p-k,
 * latest first (Fig. 3 caption); never rises with k. "set": these positions
 * in whatever order (A.2); never below the caption's, and may rise with k.
 */
export const localDefinitions = ["caption", "set"] as const;
export type LocalDefinition = (typeof localDefinitions)[number];

/**
 * Local AR-ness@k: the share of tokens whose k predecessors in the order are the k positions just left of it.
 * @param order [C] completion positions in the order committed, each once
 * @returns in [0, 1]; NaN for an empty order, which has no score
 */
export function localArness(
  order: ArrayLike<number>,
  k: number,
  definition: LocalDefinition = "caption",
): number {
  return share(localHits(order, k, definition));
}

/** Whether each token of the order counts for local AR-ness@k. Shares of a beginning are live values. */
export function localHits(
  order: ArrayLike<number>,
  k: number,
  definition: LocalDefinition = "caption",
): readonly boolean[] {
  checkOrder(order, k);
  const predecessor = (i: number, back: number) => (i >= back ? order[i - back] : i - back);
  const isNext = (i: number): boolean => {
    for (let back = 1; back <= k; back++) {
      const distance = order[i] - predecessor(i, back);
      const fits = definition === "caption" ? distance === back : distance >= 1 && distance <= k;
      if (!fits) return false;
    }
    return true;
  };
  return Array.from(order, (_, i) => isNext(i));
}

/**
 * Global AR-ness@k: the share of tokens that were among the
 * k leftmost positions still masked. Never falls with k.
 * @param order [C] completion positions in the order committed, each once
 * @returns in [0, 1]; NaN for an empty order, which has no score
 */
export function globalArness(order: ArrayLike<number>, k: number): number {
  return share(globalHits(order, k));
}

/** Of every token of the order, whether it counts for global AR-ness@k. */
export function globalHits(order: ArrayLike<number>, k: number): readonly boolean[] {
  checkOrder(order, k);
  const maskedToTheLeft = (i: number): number => {
    let count = 0;
    for (let later = i + 1; later < order.length; later++) if (order[later] < order[i]) count++;
    return count;
  };
  return Array.from(order, (_, i) => maskedToTheLeft(i) < k);
}

/**
 * The order of the first `length` positions alone, for scores up to the end token. Tokens beyond are left out
 * as if never decoded: what they separated becomes adjacent, and a step that committed nothing else vanishes.
 */
export function orderUpTo(order: ArrayLike<number>, length: number): number[] {
  return Array.from(order).filter(position => position < length);
}

/**
 * The linear order behind a trajectory's steps: by step, and within one step left to right.
 * @param stepOf [C] step at which each position was committed
 */
export function orderOfSteps(stepOf: ArrayLike<number>): number[] {
  const positions = Array.from(stepOf, (_, position) => position);
  return positions.sort((a, b) => stepOf[a] - stepOf[b] || a - b);
}

/** Expected AR-ness of an order drawn uniformly: what a decoder without any preference would score. */
export interface RandomOrderArness {
  readonly local: number;
  readonly global: number;
}

/**
 * Closed form of the expectation over all orders of C positions, one token a step, same conventions. Local:
 * token i of the order needs its predecessors exactly so. With i >= k there are C-k places for the run and
 * 1/(C(C-1)...(C-k)) for each; with i < k the run starts at the prompt, so the order begins 0, 1, ..., i. The
 * set form multiplies by the orders of the predecessors. Global: of m masked positions k are leftmost: k/m.
 */
export function randomOrderArness(
  length: number,
  k: number,
  definition: LocalDefinition = "caption",
): RandomOrderArness {
  let global = 0;
  for (let masked = 1; masked <= length; masked++) global += Math.min(1, k / masked);
  let local = 0;
  let orders = 1; // ways to choose the first i tokens
  let predecessorOrders = 1;
  for (let i = 0; i < Math.min(k, length); i++) {
    orders *= length - i;
    if (definition === "set") predecessorOrders *= Math.max(1, i);
    local += predecessorOrders / orders;
  }
  if (length > k) {
    if (definition === "set") predecessorOrders *= k;
    local += ((length - k) ** 2 * predecessorOrders) / (orders * (length - k));
  }
  return { local: local / length, global: global / length };
}

function share(hits: readonly boolean[]): number {
  return hits.filter(Boolean).length / hits.length;
}

function checkOrder(order: ArrayLike<number>, k: number): void {
  if (!Number.isInteger(k) || k < 1) {
    throw new UserError(`ar-ness: k=${k} is not a positive whole number; pass k = 1, 2, ....`);
  }
  const seen = new Set<number>();
  for (const position of Array.from(order)) {
    if (!Number.isInteger(position) || position < 0 || position >= order.length || seen.has(position)) {
      throw new UserError(
        `ar-ness: an order of ${order.length} tokens holds position ${position} out of range or twice; ` +
          `pass each of 0..${order.length - 1} once (orderUpTo cuts at the end token).`,
      );
    }
    seen.add(position);
  }
}
