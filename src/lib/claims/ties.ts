/**
 * How far ties decide the public decoder's order (testbed trap 1): no claims of the paper, but what its figures
 * rest on.
 */
import { sampleArness, type ArnessSample } from "../analysis/arness-by-group.js";
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { measure, pairedDifference, type SampleUnit } from "../analysis/by-group.js";
import { solved, tieShare, type TiedSample } from "../analysis/measures-by-group.js";
import type { GradedSample } from "../analysis/pass-by-group.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";
import { byOrder, inOrder, orders, type OrderedSample } from "./orders.js";

export const tiesDecide: Claim = {
  id: "TIES",
  figure: "ties-share",
  statement:
    "At T 0.2 and top-p 0.95 most steps of the public decoder are decided by a tie of exactly equal confidences.",
  citation: "not in the paper; the public sampler returned confidence 0 for 64 of 64 sure rows",
  published: "none",
  criterion:
    "Share of a sample's choosing steps at which equal scores stood on both sides of the cut: interval above 0.5.",
};

export const tiesCool: Claim = {
  id: "TIES-cool",
  figure: "ties-share",
  statement:
    "Ties come from cold, filtered distributions: a higher temperature or a wider nucleus has fewer.",
  citation: "not in the paper; testbed trap 1",
  published: "none",
  criterion:
    "Share of tied steps, public order, paired by problem: T 0.2 minus T 1.0 at top-p 0.95, and top-p 0.95 minus top-p 1 at T 0.2: both intervals above 0.",
};

export const tiesOrder: Claim = {
  id: "TIES-order",
  figure: "ties-orders",
  statement:
    "The tie rule, which no paper names, decides quality and order at T 0.2: leftmost ties do far better and are far more AR-like than random ties.",
  citation: "not in the paper; testbed trap 1",
  published: "none",
  criterion:
    "pass@1 and local AR-ness@1 to the end token, leftmost minus random ties at T 0.2, paired by problem: both intervals above 0.1.",
};

/** What a study of ties reads of a samples log. */
export interface TieSample extends ArnessSample, OrderedSample, TiedSample {
  readonly temperature: number;
  readonly topP: number;
  readonly passedBase: GradedSample["passedBase"];
  readonly correct: GradedSample["correct"];
}

/** Three judgements. @param samples of one model on one task, under every order, temperature and top-p of the study */
export function judgeTies(samples: readonly TieSample[], rng: Rng): JudgedClaim[] {
  const at = (temperature: number, topP: number, order = 0) =>
    samples.filter(
      row => row.temperature === temperature && row.topP === topP && inOrder(row, orders[order]),
    );
  const difference = (
    after: readonly TieSample[],
    before: readonly TieSample[],
    value: (row: TieSample) => number,
  ) => pairedDifference(after, before, value, bootstrapDefaults, rng.split("difference"));

  const share = measure(at(0.2, 0.95), tieShare, bootstrapDefaults, rng.split("share"));
  if (share === null) throw new Error("internal: judgeTies was given no sample with a choice.");
  const cooler = difference(at(0.2, 0.95), at(1, 0.95), tieShare);
  const narrower = difference(at(0.2, 0.95), at(0.2, 1), tieShare);
  const local = (row: TieSample) => sampleArness(row, "local");
  const random = orders.findIndex(order => order.tieRule === "random");
  const [quality, order] = [solved, local].map(value =>
    difference(at(0.2, 0.95), at(0.2, 0.95, random), value),
  );
  const passes = byOrder(i => {
    const found = measure(at(0.2, 0.95, i), solved, bootstrapDefaults, rng.split(`pass ${i}`));
    return found === null ? "-" : estimateInWords(found);
  });
  return [
    judged(tiesDecide, share, share, exceeds(0.5, share), `${share.samples} samples.`),
    judged(
      tiesCool,
      cooler,
      cooler,
      allHold([cooler, narrower].map(e => exceeds(0, e))),
      `Measured: T 0.2 minus T 1.0. Top-p 0.95 minus 1: ${estimateInWords(narrower)}.`,
    ),
    judged(
      tiesOrder,
      quality,
      quality,
      allHold([quality, order].map(e => exceeds(0.1, e))),
      `Measured: pass@1. Local AR-ness@1: ${estimateInWords(order)}. pass@1 at T 0.2 by order: ${passes}.`,
    ),
  ];
}
