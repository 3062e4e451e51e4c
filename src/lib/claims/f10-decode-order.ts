/** F10: the order of unmasking by temperature (DiffuCoder Fig. 10), made a number. */
import { bootstrapDefaults, mean } from "../analysis/bootstrap.js";
import { pairedDifference } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export const f10DecodeOrder: Claim = {
  id: "F10",
  figure: "f10-decode-order",
  statement: "At T 0.2 text is unmasked roughly left to right, at T 1.2 in a freer order.",
  citation: "DiffuCoder §4.3, Fig. 10",
  published: "a picture, no number",
  criterion:
    "Rank correlation of position and order up to the end token, T 0.2 minus T 1.2, paired by problem, under the public decoder's order: interval above 0.",
};

export interface OrderCorrelation {
  readonly seed: number;
  readonly problem: string;
  readonly temperature: number;
  /** Spearman's rank correlation of position and order; 1 is left to right, NaN where fewer than two tokens stand before the end */
  readonly correlation: number;
}

/** @param rows one a sample, at T 0.2 and T 1.2 */
export function judgeF10(rows: readonly OrderCorrelation[], rng: Rng): JudgedClaim {
  const [cold, hot] = [0.2, 1.2].map(t => rows.filter(r => r.temperature === t));
  const fall = pairedDifference(cold, hot, r => r.correlation, bootstrapDefaults, rng);
  const average = (list: typeof cold) => mean(list.map(r => r.correlation).filter(c => !Number.isNaN(c)));
  const detail = `Correlation ${average(cold).toFixed(3)} at T 0.2, ${average(hot).toFixed(3)} at T 1.2.`;
  return judged(f10DecodeOrder, fall, fall, exceeds(0, fall), detail);
}
