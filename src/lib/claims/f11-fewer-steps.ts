/** F11: what half the denoiser steps cost, by epochs of SFT and by temperature (DiffuCoder Fig. 1c, 11). */
import { stepLoss, stepLossDifference, type PassedSample, type StepsPair } from "../analysis/step-loss.js";
import type { Rng } from "../core/rng.js";
import { allHold, estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = { figure: "f11-fewer-steps", citation: "DiffuCoder Fig. 11" } as const;
const rule =
  "at half the steps (pass@1 at N steps minus at N/2, base tests, public order), as a difference and as a share of pass@1 at N, paired by training seed and problem: both intervals above 0. The number of problems was raised after a first look at seed 1, whose intervals were too wide to tell.";

export const f11Epochs: Claim = {
  ...common,
  id: "F11-epochs",
  statement: "A model with more epochs of SFT loses less of its pass@1 when it decodes in half the steps.",
  published: "more SFT epochs lose less (curves)",
  criterion: `Loss of the model with one epoch minus that of the model with five, T 0.2, ${rule}`,
};

export const f11Temperature: Claim = {
  ...common,
  id: "F11-temperature",
  statement: "At a higher temperature less of pass@1 is lost by decoding in half the steps.",
  published: "higher temperature loses less (curves)",
  criterion: `Loss of the model with five epochs at T 0.2 minus at T 1.0, ${rule}`,
};

export interface StepsSample extends PassedSample {
  readonly checkpoint: string;
  readonly temperature: number;
  readonly steps: number;
}

/**
 * @param samples of both models at T 0.2 and T 1.0, public order, at the most steps and half of them
 * @param oneEpoch,manyEpochs names in the column `checkpoint`
 */
export function judgeF11(
  samples: readonly StepsSample[],
  oneEpoch: string,
  manyEpochs: string,
  rng: Rng,
): JudgedClaim[] {
  const pair = (checkpoint: string, temperature: number): StepsPair => {
    const rows = samples.filter(row => row.checkpoint === checkpoint && row.temperature === temperature);
    const most = rows.reduce((found, row) => Math.max(found, row.steps), 0);
    const at = (steps: number) => rows.filter(row => row.steps === steps);
    return { full: at(most), fewer: at(most / 2) };
  };
  const [one, many, hot] = [pair(oneEpoch, 0.2), pair(manyEpochs, 0.2), pair(manyEpochs, 1)];
  return [
    compare(f11Epochs, ["1 epoch", one], ["5 epochs", many], rng.split("epochs")),
    compare(f11Temperature, ["T 0.2", many], ["T 1.0", hot], rng.split("temperature")),
  ];
}

type Named = readonly [name: string, pair: StepsPair];

/** @param more the pair that the claim expects to lose more */
function compare(claim: Claim, more: Named, less: Named, rng: Rng): JudgedClaim {
  const difference = (kind: "absolute" | "relative") =>
    stepLossDifference(more[1], less[1], kind, rng.split(kind));
  const [absolute, relative] = [difference("absolute"), difference("relative")];
  const note = [more, less].map(([name, pair]) => {
    const [lost, share] = (["absolute", "relative"] as const).map(kind =>
      estimateInWords(stepLoss(pair, kind, rng.split(name + kind))),
    );
    return `${name}: loses ${lost}, share ${share}`;
  });
  const { full } = more[1];
  return judged(
    claim,
    relative,
    { seeds: new Set(full.map(row => row.seed)).size, n: new Set(full.map(row => row.problem)).size },
    allHold([exceeds(0, absolute), exceeds(0, relative)]),
    `Measured: difference of the shares lost. Difference of the losses ${estimateInWords(absolute)}. ${note.join("; ")}.`,
  );
}
