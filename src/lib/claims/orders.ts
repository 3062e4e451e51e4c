/**
 * The decoding orders that every AR-ness study shows side by side, because at low temperature ties decide the
 * public decoder's order (testbed trap 1).
 */
import type { Outcome, Scopes } from "./claim.js";
import type { Where } from "./rows.js";

export interface Order {
  readonly remasking: string;
  readonly tieRule: string;
}

/**
 * The public decoder's first: it decides verdicts. What its order owes to ties, the second turns round; the
 * last has no ties.
 */
export const orders = [
  { remasking: "neg-entropy", tieRule: "leftmost" },
  { remasking: "neg-entropy", tieRule: "rightmost" },
  { remasking: "neg-entropy", tieRule: "random" },
  { remasking: "neg-entropy-untempered", tieRule: "leftmost" },
] as const satisfies readonly Order[];

/** "leftmost ties", "random ties", "untempered entropy" or "autoregressive". */
export function orderName({ remasking, tieRule }: Order): string {
  if (remasking === "autoregressive") return remasking;
  return remasking === "neg-entropy-untempered" ? "untempered entropy" : `${tieRule} ties`;
}

interface Scope {
  readonly name: string;
  readonly where: Where;
}

const tieRules = [{ tieRule: "leftmost" }, { tieRule: "random" }] as const;

/** What a claim is judged under: orders of decoding, tie rules alone, or nothing of the kind. */
export function scopesOf(under: Scopes | undefined): readonly Scope[] {
  if (under === undefined) return [{ name: "", where: {} }];
  if (under === "orders") return orders.map(order => ({ name: orderName(order), where: { ...order } }));
  return tieRules.map(where => ({ name: `${where.tieRule} ties`, where }));
}

/** "under leftmost ties only"; every order that agrees with the first, "every order tried" where all do. */
export function scopeInWords(
  judged: readonly { readonly name: string; readonly verdict: Outcome }[],
): string {
  const [first] = judged;
  if (first.name === "") return "";
  const agreeing = judged.filter(({ verdict }) => verdict === first.verdict).map(({ name }) => name);
  if (judged.length === 1) return `under ${first.name}, the only order tried`;
  if (agreeing.length === judged.length) return `under every order tried: ${inWords(agreeing)}`;
  return `under ${inWords(agreeing)} only`;
}

/** "a, b and c" */
function inWords(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names[names.length - 1]].filter(part => part !== "").join(" and ");
}
