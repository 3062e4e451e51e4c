/** A model by its name: what a notebook starts with. */
import { loadModel, type LoadedModel } from "../checkpoints/load-model.js";
import { readConfig } from "../checkpoints/checkpoint.js";
import type { Denoiser } from "../model/denoiser.js";
import type { Parameters } from "../model/parameters.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { choosePrecision, layerProduct, type PrecisionSetting } from "../runtime/precision.js";

export interface LoadOptions {
  /** training seed of a shipped checkpoint */
  readonly seed: number;
  /** of matrix products; "auto" takes bfloat16 where this processor is faster with it */
  readonly precision: PrecisionSetting;
}

export const loadDefaults: LoadOptions = { seed: 1, precision: "float32" };

/** A denoiser with its tokenizer. Its weights lie on the device until `dispose`. */
export interface Model extends Omit<LoadedModel, "denoiser"> {
  readonly denoiser: Omit<Denoiser, "dispose">;
  /** as it was asked for */
  readonly name: string;
  readonly folder: string;
  /** The same model with other weights, which stay the caller's. */
  withParameters(parameters: Parameters): Model;
  dispose(): void;
}

/**
 * `await load("instruct")`, `load("instruct", { seed: 2 })`, `load("./FOLDER")` in Hugging Face layout, or a
 * GGUF file. The backend starts by itself: TensorFlow where it is installed, else WebAssembly.
 * @throws UserError for a name that nothing has (naming
 *   the nearest), and for files that do not fit together
 */
export async function load(checkpoint: string, options: Partial<LoadOptions> = {}): Promise<Model> {
  const { seed, precision } = { ...loadDefaults, ...options };
  const folder = knownCheckpoint("load", checkpoint, seed);
  await useBackend();
  const choice = choosePrecision("load", precision, () => layerProduct(readConfig(folder), 1));
  const model = loadModel(folder, { precision: choice.precision });
  const { denoiser } = model;
  const withParameters = (parameters: Parameters): Model => ({
    ...loaded,
    denoiser: denoiser.withParameters(parameters),
    dispose: () => undefined,
  });
  const loaded: Model = {
    ...model,
    name: checkpoint,
    folder,
    withParameters,
    dispose: () => denoiser.dispose(),
  };
  return loaded;
}
