/** F9: confidence over steps and positions (DiffuCoder Fig. 9), made a number: how a commit changes its neighbours. */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { measure, type Measure, type SampleUnit } from "../analysis/by-group.js";
import type { NeighbourGain } from "../analysis/confidence-map.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

export const f9ConfidenceMap: Claim = {
  id: "F9",
  figure: "f9-confidence-map",
  statement:
    "Confidence spreads to the right of what is decoded: when a token is committed, the masked position right of it gains more confidence than other masked positions.",
  citation: "DiffuCoder Fig. 9; the statement is ours",
  published: "a heat map, no number",
  criterion:
    "Gain of negative entropy (nats, untempered distribution) of the right neighbour of a committed position, minus the mean gain at that step of masked positions that are no neighbours, up to the end token, T 0.2, public order; base and instruct: both intervals above 0.",
};

export interface GainSample extends SampleUnit, NeighbourGain {
  readonly checkpoint: string;
}

/** @param models names in the column `checkpoint`, the last is the one whose gain is shown */
export function judgeF9(samples: readonly GainSample[], models: readonly string[], rng: Rng): JudgedClaim {
  const gains = models.map(model => {
    const rows = samples.filter(row => row.checkpoint === model);
    const of = (side: "right" | "left") =>
      measure(rows, row => row[side], bootstrapDefaults, rng.split(model + side));
    return { model, right: of("right"), left: of("left") };
  });
  const rights = gains.map(({ right }) => right);
  const shown = rights[rights.length - 1];
  if (shown === null) throw new Error("internal: judgeF9 was given no sample with a right neighbour.");
  const note = gains.map(
    ({ model, right, left }) => `${model}: right ${show(right)}, left ${show(left)} nats`,
  );
  return judged(
    f9ConfidenceMap,
    shown,
    { seeds: shown.seeds, n: shown.n },
    allHold(rights.map(gain => (gain === null ? "inconclusive" : exceeds(0, gain)))),
    `Measured: ${models[models.length - 1]}. Gain of neighbours beyond the others': ${note.join("; ")}.`,
  );
}

function show(gain: Measure | null): string {
  if (gain === null) return "never seen";
  return `${estimateInWords(gain)} (${gain.samples} samples)`;
}
