/** The command line of training. */
import { resolve } from "node:path";
import { flag, text, whole } from "../core/schema.js";
import { useBackend } from "../runtime/backend.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";
import { progressBar } from "../host/progress.js";
import { backendLine, choosePrecision, precisionField, precisionSetting } from "../runtime/precision.js";
import { readOverrides } from "../recipes/presets.js";
import { kindOf, recipe, recipeNames } from "../recipes/recipe-by-name.js";
import { trainRun } from "../recipes/train-run.js";

const options = {
  recipe: option(text, `what to train: ${recipeNames.join(", ")}`, { required: true }),
  seed: option(
    whole(0),
    "seed of the weights, the data and the noise; of RL, of prompts, rollouts and masks",
    { default: 1 },
  ),
  out: option(text, "folder of the run", { required: true }),
  resume: option(flag, "go on with the run in that folder, or start it"),
  from: option(text, "checkpoint to start from, instead of the shipped parent"),
  checkpoint: option(
    text,
    "of adapt-lora: the AR parent, instead of smollm2: a folder or a GGUF file; of adapt-instruct: the adapter " +
      "to train further",
  ),
  corpus: option(text, "of both: a folder of text, instead of the Python standard library"),
  precision: option(precisionSetting, undefined, { default: "float32" }),
  config: option(text, "JSON file with recipe keys to override"),
};

export const trainCommand: Command<typeof options> = {
  name: "train",
  summary:
    "Train one stage of the testbed model, one RL variant, CodeFusion, or an adapter that makes a real AR " +
    "model (smollm2) a masked-diffusion model; killed, it goes on with --resume.",
  example: "--recipe instruct --seed 4 --out /tmp/instruct --resume",
  options,
  interrupted: "the same command with --resume goes on from the last checkpoint in its folder",
  main: async values => {
    const { checkpoint, corpus } = values;
    const preset = recipe(values.recipe, {
      ...readOverrides("train", values.config),
      ...(checkpoint !== undefined && { parent: checkpoint }),
      ...(corpus !== undefined && { corpus: resolve(corpus) }),
    });
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
