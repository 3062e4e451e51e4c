/** F3a: the entropy sink (DiffuCoder §4.1, Fig. 3 right a). */
import { entropySink, type ConfidencePoint } from "../analysis/entropy-sink.js";
import type { Rng } from "../core/rng.js";
import { allHold, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

/** Drop in nats below which a difference would be no L to the eye. */
const smallestDrop = 0.1;

export const f3aEntropySink: Claim = {
  id: "F3a",
  figure: "f3a-first-step-confidence",
  statement:
    "Entropy sink: at the first step confidence by position is L-shaped, high right after the prompt, then flat and low.",
  citation: "DiffuCoder §4.1, Fig. 3 right (a)",
  published: "L-shaped",
  criterion: `Mean negative entropy of the first three positions minus the median of the middle (drop, nats) above ${smallestDrop}, and the rise of the last four positions over that median at most half the drop (else the curve is a U).`,
};

/** The same rule for the base model, whose training has no padding tail; added after the first run of F3a. */
export const f3aBase: Claim = {
  ...f3aEntropySink,
  id: "F3a-base",
  criterion: `${f3aEntropySink.criterion} Added after the first run of F3a, which had shown the base model's curve.`,
};

/**
 * @param rows first-step confidences (untempered negative entropy) of one model on one task
 * @param claim F3a for the instruct model, F3a-base for the base model
 */
export function judgeF3a(
  rows: readonly ConfidencePoint[],
  rng: Rng,
  claim: Claim = f3aEntropySink,
): JudgedClaim {
  const { drop, rise, n, seeds } = entropySink(rows, rng);
  const flat = exceeds(0, {
    mean: drop.mean / 2 - rise.mean,
    lower: drop.mean / 2 - rise.upper,
    upper: drop.mean / 2 - rise.lower,
  });
  const detail = `Drop ${drop.mean.toFixed(2)} nats, rise at the end ${rise.mean.toFixed(2)} [${rise.lower.toFixed(2)}, ${rise.upper.toFixed(2)}] nats. A padding tail in training is what can lift the end (testbed trap 2).`;
  return judged(claim, drop, { seeds, n }, allHold([exceeds(smallestDrop, drop), flat]), detail);
}
