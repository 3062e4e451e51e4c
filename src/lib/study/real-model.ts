/**
 * What studies of a real model share: which models, prompts that people wrote, and the losses on the way from
 * one to the other. Everything is read from logs where they are here; what is not asks for the public model.
 */
import { join } from "node:path";
import { publicModelFile } from "../checkpoints/public-models.js";
import { checkpointFolder } from "../checkpoints/testbed.js";
import { runSource } from "../host/runs-folder.js";
import { readLog } from "../log/log-reader.js";
import type { WindowRow } from "../log/schemas.js";
import { corpusFiles, pythonLibrary } from "../recipes/adapter/corpus.js";
import { functionsOf } from "../recipes/adapter/functions.js";
import { runsOf, type Plan } from "./plan.js";
import { Run } from "./run-or-load.js";
import { study, type Study } from "./study.js";

/** The AR parent, and the masked-diffusion model that an adapter makes of it. */
export const realModels = { parent: "smollm2", adapted: "smollm2-diffusion" } as const;

/** Letters of a prompt: a token of code has about three of them. */
const promptLetters = { least: 60, most: 320 };
/** Lines of a body that do not belong to the prompt. */
const leftLines = 2;

/**
 * Beginnings of functions of the Python library that no adapter was trained on: signature, docstring and first
 * line of the body, or two lines where there is no docstring. So many of them, as far apart as can be.
 */
export function heldOutPrompts(count: number): string[] {
  const found = (["validation", "test"] as const)
    .flatMap(split => corpusFiles(pythonLibrary, split).flatMap(functionsOf))
    .flatMap(({ opening, docstring, body }) => {
      const lines = body.split("\n");
      const given = docstring ? 1 : 2;
      const prompt = `${opening}${lines.slice(0, given).join("\n")}\n`;
      const fits = prompt.length >= promptLetters.least && prompt.length <= promptLetters.most;
      return fits && lines.length >= given + leftLines ? [prompt] : [];
    });
  const taken = Math.min(count, found.length);
  return Array.from({ length: taken }, (_, i) => found[Math.floor((i * found.length) / taken)]);
}

/** Held-out losses while the shipped adapter of a seed was trained, and the log that they are in. */
export function adaptingLosses(seed: number): {
  readonly rows: readonly WindowRow[];
  readonly source: string;
} {
  const folder = checkpointFolder(realModels.adapted, seed);
  return { rows: readLog(join(folder, "windows.arrow"), "windows").rows(), source: runSource(folder) };
}

/** The rows of a plan on the real model; null, said in a sentence, where neither they nor the model are here. */
export async function realStudy(plan: Plan): Promise<Study | null> {
  const here = publicModelFile(realModels.parent) !== null;
  if (here || runsOf(plan).every(settings => new Run("decoding", settings).isWhole)) return study(plan);
  console.log(
    `The runs are not among these logs, and ${realModels.parent} is not here to make them; fetch it with ` +
      `npm run models -- ${realModels.parent}.`,
  );
  return null;
}
