/**
 * Stages I and III on a real parent: an AR model becomes a masked-diffusion model by an adapter that is
 * trained on text, which then learns to answer (DiffuCoder §3, on a laptop).
 */
import { precisions } from "../../compile/precision.js";
import { UserError } from "../../core/errors.js";
import {
  ascending,
  check,
  choice,
  fields,
  number,
  orAbsent,
  orNull,
  text,
  whole,
  word,
  type Of,
} from "../../core/schema.js";
import { adamWDefaults, adamWSchema } from "../../train/adamw.js";
import { learningRateSchema } from "../../train/learning-rate.js";
import { countedBatch, countedSteps } from "../stages/recipes.js";
import { pythonLibrary } from "./corpus.js";

export const adapterStages = ["adapter"] as const;

const moments = ascending(0, 10_000_000);

export const adapterSchema = fields({
  name: word,
  stage: choice(adapterStages),
  /** it starts from a public model, not from a recipe */
  from: orNull(word),
  /**
   * a public model by name, a checkpoint's folder, or one with an adapter: an AR parent, whose adapter begins
   * as it is, or a model that an adapter made, which is trained further
   */
  parent: text,
  /** a spare token of its vocabulary that becomes the mask */
  maskToken: text,
  /** "python-stdlib", or a folder of text */
  corpus: text,
  /** tokens of one sequence */
  window: whole(2, 4096),
  /** windows: of the text as it stands; functions: openings with their bodies; absent: windows */
  sequences: orAbsent(choice(["windows", "functions"])),
  rank: whole(1, 1024),
  /** the products of the adapter are scaled by alpha / rank */
  alpha: number("(0, 10000]"),
  steps: countedSteps,
  /** sequences a step */
  batch: countedBatch,
  rate: learningRateSchema,
  adamW: adamWSchema,
  /** steps over which attention is annealed from causal to full; 0: full from the start */
  annealSteps: whole(0, 10_000_000),
  /** the state to go on from is written after every so many steps */
  checkpointEvery: countedSteps,
  /** losses of held-out sequences, each under one mask of each ratio, after these numbers of steps */
  heldOut: fields({ after: moments, windows: whole(1, 4096) }),
  /** the adapter is kept as it is after these numbers of steps, beside the last one */
  snapshots: moments,
  /** of matrix products; absent: float32 */
  precision: orAbsent(choice(precisions)),
});
export type AdapterRecipe = Of<typeof adapterSchema>;

/** Mask ratios of held-out losses. */
export const heldOutRatios = [0.15, 0.5, 0.85] as const;

/** @throws UserError for a recipe that no run can follow */
export function checkAdapterRecipe(recipe: AdapterRecipe): void {
  const where = `recipe ${recipe.name}`;
  check(where, adapterSchema, recipe);
  if (recipe.from !== null)
    throw new UserError(`${where}: from="${recipe.from}" is no parent of an adapter; name one as parent.`);
  const late = recipe.snapshots.find(step => step > recipe.steps);
  if (late !== undefined)
    throw new UserError(
      `${where}: snapshots has ${late}, after the last of ${recipe.steps} steps; leave it out.`,
    );
}

/** Settings as in a trial of the same model in PyTorch. */
export const adaptLora: AdapterRecipe = {
  name: "adapt-lora",
  stage: "adapter",
  from: null,
  parent: "smollm2",
  maskToken: "<empty_output>",
  corpus: pythonLibrary,
  window: 128,
  rank: 32,
  alpha: 64,
  steps: 1200,
  batch: 8,
  rate: { peak: 1e-3, warmupSteps: 50, floor: 0 },
  adamW: { ...adamWDefaults, beta2: 0.99, weightDecay: 0 },
  annealSteps: 0,
  checkpointEvery: 10,
  heldOut: { after: [0, 75, 150, 300, 600, 1200], windows: 64 },
  snapshots: [75, 150, 300, 600],
};

/**
 * Stage III: functions of the same corpus, from signature and docstring to body, padded with end tokens.
 * About four epochs, as far below stage I's rate as on the testbed.
 */
export const adaptInstruct: AdapterRecipe = {
  ...adaptLora,
  name: "adapt-instruct",
  parent: "smollm2-diffusion",
  sequences: "functions",
  steps: 300,
  rate: { peak: 5e-4, warmupSteps: 15, floor: 0 },
  heldOut: { after: [0, 75, 150, 300], windows: 64 },
  snapshots: [150],
};
