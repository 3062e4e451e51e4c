/** A loaded model as the files of a folder in Hugging Face layout, with the weights that it has now. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import type { Denoiser } from "../model/denoiser.js";
import { encodeSafetensors, type TensorToStore } from "../model/safetensors.js";
import { lladaName } from "../model/weights.js";
import type { PackedModel } from "./playground-file.js";

/** What a page in a cell may weigh: a notebook keeps it with its outputs. */
const mostWeights = 5_000_000;
const largestText = 2 ** 22;

/**
 * The small files come from the folder, the weights from the device.
 * @throws UserError for a model without such a folder, or one too large for a cell
 */
export function modelInMemory(
  { config, parameters }: Pick<Denoiser, "config" | "parameters">,
  folder: string,
): Pick<PackedModel, "texts" | "weights"> {
  const weights = [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
  if (weights > mostWeights)
    throw new UserError(
      `playground: the model has ${weights} weights and a cell holds ${mostWeights}; open the playground's ` +
        "page and drop its folder there, or show plot.order of a decoding.",
    );
  if (!existsSync(join(folder, "config.json")) || !existsSync(join(folder, "tokenizer.json")))
    throw new UserError(
      `playground: ${folder} has no config.json beside a tokenizer.json; load a model from a folder in ` +
        "Hugging Face layout.",
    );
  const isSmallText = (name: string) =>
    /\.(json|txt)$/.test(name) && !name.includes("index") && statSync(join(folder, name)).size <= largestText;
  const texts = readdirSync(folder)
    .filter(isSmallText)
    .map(name => [name, readFileSync(join(folder, name), "utf8")] as const);
  const tensors = [...parameters].map(([name, tensor]): [string, TensorToStore] => [
    config.modelType === "llada" ? lladaName(name) : name,
    { dtype: "F32", shape: tensor.shape, values: tensor.dataSync<"float32">() },
  ]);
  return {
    texts: Object.fromEntries(texts),
    weights: Buffer.concat([...encodeSafetensors(new Map(tensors))]),
  };
}
