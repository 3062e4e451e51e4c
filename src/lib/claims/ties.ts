/** How far ties decide the public decoder's order (testbed trap 1): not a claim of the paper, but what its figures rest on. */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { measure, type SampleUnit } from "../analysis/by-group.js";
import type { Rng } from "../core/rng.js";
import { exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export const tiesDecide: Claim = {
  id: "TIES",
  figure: "tour-order",
  statement:
    "At T 0.2 and top-p 0.95 most steps of the public decoder are decided by a tie of exactly equal confidences.",
  citation: "not in the paper; the public sampler returned confidence 0 for 64 of 64 sure rows",
  published: "none",
  criterion:
    "Share of a sample's choosing steps at which equal scores stood on both sides of the cut: interval above 0.5.",
};

export interface TieSample extends SampleUnit {
  readonly tieSteps: number;
  readonly choiceSteps: number;
}

/** @param samples of one model under the public order at T 0.2 */
export function judgeTies(samples: readonly TieSample[], rng: Rng): JudgedClaim {
  const share = measure(
    samples,
    s => (s.choiceSteps > 0 ? s.tieSteps / s.choiceSteps : NaN),
    bootstrapDefaults,
    rng,
  );
  if (share === null) throw new Error("internal: judgeTies was given no sample with a choice.");
  return judged(tiesDecide, share, share, exceeds(0.5, share), `${share.samples} samples.`);
}
