/** Soft-masking as it is trained: a second pass in a share of the steps, and three scalars of its own. */
import type { Rng } from "../../core/rng.js";
import { fields, number, share, whole, type Of } from "../../core/schema.js";
import type { Parameters } from "../../model/parameters.js";
import type { SecondPass } from "../../train/train-step.js";
import { saveSoftMasking } from "./checkpoint.js";
import {
  embedSoftly,
  selfFeedback,
  softNames,
  softParameters,
  softScalarsOf,
  trainedScalars,
} from "./operator.js";

export const softSchema = fields({
  /** tokens that are mixed */
  k: whole(1, 64),
  /** p_sm: share of the steps that make two passes, the others one */
  share,
  /** peak learning rate of the scalars, which follow the schedule of the others; they have no weight decay */
  ratePeak: number("(0, 1]"),
  start: fields({
    strength: number("(0, 1)"),
    steepness: number("(0, 1000]"),
    offset: number("[-1000, 0)"),
  }),
});

/** @param ratePeak of the other parameters */
export function softTraining({ k, share, ratePeak: own, start }: Of<typeof softSchema>, ratePeak: number) {
  const pass: SecondPass = {
    names: softNames,
    rateFactor: own / ratePeak,
    trained: trainedScalars,
    embed: (trained, given, config, ids, bias) =>
      embedSoftly(selfFeedback(given, config, ids, bias, k), config.maskTokenId, trained),
  };
  return {
    /** as logs name the inputs of the second pass */
    inputs: "soft" as const,
    pass,
    shapes: softNames.map((name): [string, number[]] => [name, []]),
    first: () => softParameters(start),
    /** Whether a step makes two passes. */
    isDue: (draws: Rng) => draws.split("soft-masking").uniform() < share,
    /** Beside the checkpoint, what was learned. */
    save: (out: string, parameters: Parameters) => saveSoftMasking(out, { k, ...softScalarsOf(parameters) }),
  };
}
