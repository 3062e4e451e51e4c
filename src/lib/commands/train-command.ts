/** The command line of training. */
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { progressBar } from "../host/progress.js";
import { backendLine, choosePrecision, precisionField, precisionOption } from "../runtime/precision.js";
import { readOverrides } from "../recipes/presets.js";
import { kindOf, recipe, recipeNames } from "../recipes/recipe-by-name.js";
import { trainRun } from "../recipes/train-run.js";

const options = {
  recipe: {
    type: "string",
    required: true,
    description: `what to train: ${recipeNames.join(", ")}`,
  },
  seed: {
    type: "integer",
    default: 1,
    min: 0,
    description: "seed of the weights, the data and the noise; of RL, of prompts, rollouts and masks",
  },
  out: { type: "string", required: true, description: "folder of the run" },
  resume: { type: "flag", description: "go on with the run in that folder, or start it" },
  from: { type: "string", description: "checkpoint to start from, instead of the shipped parent" },
  precision: precisionOption,
  config: { type: "string", description: "JSON file with recipe keys to override" },
} as const;

export const trainCommand: Command<typeof options> = {
  name: "train",
  summary:
    "Train one stage of the testbed model, one RL variant, or CodeFusion; killed, it goes on with --resume.",
  options,
  interrupted: "the same command with --resume goes on from the last checkpoint in its folder",
  main: async values => {
    const preset = recipe(values.recipe, readOverrides("train", values.config));
    const backend = await useBackend();
    const choice = choosePrecision("train", values.precision, () => kindOf(preset).product(preset));
    console.error(backendLine(backend, choice));
    const chosen = { ...preset, ...precisionField(choice) };
    const progress = progressBar(`${chosen.name} seed ${values.seed}`);
    const { seed, out, resume, from } = values;
    const end = await trainRun({ recipe: chosen, seed, out, resume, from, progress });
    console.log(`${end}: ${out}`);
  },
};
