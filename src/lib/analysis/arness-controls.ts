/** What measured AR-ness is compared with: an order drawn at random, for answers of the same lengths. */
import { randomOrderArness } from "./ar-ness.js";
import { mean } from "./bootstrap.js";

export interface ControlPoint {
  readonly kind: "local" | "global";
  readonly k: number;
  readonly mean: number;
}

/**
 * Expected AR-ness of a random order (closed form), averaged
 * over completion lengths; empty completions have no order.
 * @param ks largest k of either kind
 */
export function randomOrderControl(
  lengths: readonly number[],
  ks: { readonly local: number; readonly global: number } = { local: 9, global: 4 },
): ControlPoint[] {
  const found = lengths.filter(length => length > 0);
  return (["local", "global"] as const).flatMap(kind =>
    Array.from({ length: ks[kind] }, (_, i) => ({
      kind,
      k: i + 1,
      mean: mean(found.map(length => randomOrderArness(length, i + 1)[kind])),
    })),
  );
}
