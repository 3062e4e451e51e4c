/** The checkpoint that a recipe starts from. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { readConfig, readParameters } from "./checkpoint.js";
import type { DenoiserConfig } from "../model/config.js";
import { parameterShapes } from "../model/parameters.js";
import { checkpointFolder } from "./testbed.js";

/**
 * Its folder: the one given, or the shipped one of the parent recipe with this training seed.
 * @throws UserError when there is no checkpoint
 */
export function parentFolder(recipe: string, parent: string, seed: number, given?: string): string {
  const folder = given ?? checkpointFolder(parent, seed);
  if (existsSync(join(folder, "config.json"))) return folder;
  if (given !== undefined)
    throw new UserError(
      `train: ${given} holds no checkpoint; name the folder of one to start ${recipe} from.`,
    );
  throw new UserError(
    `train: ${recipe} starts from ${parent}, but ${folder} holds no checkpoint; run npm run train -- ` +
      `--recipe ${parent} --seed ${seed} --out ${folder} first.`,
  );
}

/** Its parameters, the caller's. @throws UserError when they are not of the model's shape */
export function parentParameters(folder: string, model: DenoiserConfig): Map<string, tf.Tensor> {
  const parent = readConfig(folder);
  if (JSON.stringify([...parameterShapes(parent)]) !== JSON.stringify([...parameterShapes(model)])) {
    throw new UserError(
      `train: the checkpoint ${folder} has another shape than the testbed model; start from one of the ` +
        "testbed.",
    );
  }
  return readParameters(folder, parent);
}
