/**
 * The run of an adapter's recipe in its folder: an AR parent becomes a masked-diffusion model, or one that an
 * adapter made is trained further.
 */
import * as tf from "@tensorflow/tfjs-core";
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { baseOf, isAdapterFolder, readAdapter, saveAdapter } from "../../checkpoints/adapter-files.js";
import { readConfig, readParameters } from "../../checkpoints/checkpoint.js";
import { publicModelFile, publicModels } from "../../checkpoints/public-models.js";
import { checkpointFolder } from "../../checkpoints/testbed.js";
import { loadTokenizer } from "../../checkpoints/tokenizer-file.js";
import { weightsHash } from "../../checkpoints/weights-hash.js";
import { UserError } from "../../core/errors.js";
import { quote } from "../../core/plain-text.js";
import { Rng } from "../../core/rng.js";
import { isCausal, type DenoiserConfig } from "../../model/config.js";
import type { Adapter } from "../../model/lora.js";
import { adapterShapes, newAdapter, type NewAdapter } from "../../model/new-adapter.js";
import type { Parameters } from "../../model/parameters.js";
import { layerProduct } from "../../runtime/precision.js";
import { provenance } from "../../runtime/provenance.js";
import type { TextTokenizer } from "../../tokenizer/tokenizer.js";
import { createAdapterStep } from "../../train/adapter-step.js";
import { initOptimizer } from "../../train/train-step.js";
import type { RecipeKind } from "../recipe-kind.js";
import { loggedTraining, savedOptimizer, trainLog } from "../stages/logged-training.js";
import type { TrainOptions } from "../stages/train-options.js";
import { heldOutLog, openHeldOut } from "./held-out.js";
import { adapterStages, checkAdapterRecipe, type AdapterRecipe } from "./recipe.js";
import { adapterBatch, sequencesOf } from "./sequences.js";

export const adapterTraining: RecipeKind<AdapterRecipe> = {
  stages: adapterStages,
  check: checkAdapterRecipe,
  testbed: () => null,
  // the same for the adapters of all seeds
  product: ({ parent, batch, window }) =>
    layerProduct(readConfig(checkpointFolder(parent, 1)), batch * window),
  logs: recipe => [trainLog, heldOutLog(recipe)],
  run: adapterRun,
};

/** From the folder's state, or its beginning, to the finished adapter. */
async function adapterRun(options: TrainOptions<AdapterRecipe>): Promise<void> {
  const { recipe, seed, out, from } = options;
  if (from !== undefined)
    throw new UserError(
      `train: ${recipe.name} starts from the parent of its recipe; name it with --checkpoint ${from}.`,
    );
  const folder = knownFolder(recipe, seed);
  const further = isAdapterFolder(folder);
  const baseFolder = further ? baseOf(folder) : folder;
  const [own, tokenizer] = [readConfig(folder), loadTokenizer(baseFolder, { mask: "optional" })];
  const config = further ? own : diffusionConfig(recipe, folder, own, tokenizer);
  const [trained, heldOutOnes] = (["train", "validation"] as const).map(split =>
    sequencesOf(recipe, split, tokenizer),
  );
  const checkpointHash = weightsHash(folder);
  const base = readParameters(baseFolder, readConfig(baseFolder));
  const asked = { rank: recipe.rank, alpha: recipe.alpha, tokens: [config.maskTokenId] };
  const rng = Rng.fromSeed(seed).split(recipe.name);
  const adapter = further
    ? adapterToContinue(folder, config, asked)
    : newAdapter(config, base, asked, rng.split("init"));
  const saved = savedOptimizer(out, adapterShapes(config, asked));
  const start = saved ?? { state: initOptimizer(adapter.tensors), step: 0 };
  const task = { config, base, adapter };
  const heldOut = openHeldOut(options, task, heldOutOnes, start.step, checkpointHash);
  const save = (place: string, tensors: Parameters, step: number) => {
    options.guard?.();
    const metadata = origin(options, checkpointHash, step);
    saveAdapter(place, { ...adapter, tensors }, nameOf(baseFolder), {
      ...{ dtype: "BF16", metadata, model: config },
    });
  };
  try {
    await loggedTraining(options, {
      step: createAdapterStep(task, recipe.adamW, { precision: recipe.precision }),
      start,
      checkpointHash,
      batchAt: step => adapterBatch(recipe, trained, config.maskTokenId, rng, step),
      sequenceLength: recipe.window,
      save: tensors => save(out, tensors, recipe.steps),
      onState: ({ parameters }, step) => {
        heldOut.take(parameters, step);
        if (step < recipe.steps && recipe.snapshots.includes(step))
          save(resolve(out, `step-${step}`), parameters, step);
      },
      sync: () => heldOut.sync(),
    });
  } finally {
    heldOut.close();
    tf.dispose([...base.values(), ...(saved === null ? [] : adapter.tensors.values())]);
  }
}

/** @throws UserError when the parent is not here */
function knownFolder({ name, parent }: AdapterRecipe, seed: number): string {
  const folder = checkpointFolder(parent, seed);
  if (existsSync(folder)) return folder;
  throw new UserError(`train: ${name} starts from ${folder}, which is not here; name one with --checkpoint.`);
}

/** How the adapter's config names its base: as its authors do, else by its path. */
function nameOf(baseFolder: string): string {
  const known = Object.keys(publicModels).find(name => dirname(publicModelFile(name) ?? "") === baseFolder);
  return known === undefined ? baseFolder : publicModels[known].hub;
}

/** @throws UserError for one of another rank or scale, or that changes something else */
function adapterToContinue(folder: string, config: DenoiserConfig, asked: NewAdapter): Adapter {
  const adapter = readAdapter(folder, config);
  const wanted = adapterShapes(config, asked);
  const fits =
    adapter.tensors.size === wanted.size &&
    [...wanted].every(([name, shape]) => adapter.tensors.get(name)?.shape.join() === shape.join()) &&
    adapter.changes.every(change => change.kind !== "low-rank" || change.scale === asked.alpha / asked.rank);
  if (fits) return adapter;
  tf.dispose([...adapter.tensors.values()]);
  throw new UserError(
    `train: the adapter ${folder} is not of rank ${asked.rank} and alpha ${asked.alpha} on all products and ` +
      "the mask, so it cannot be trained further; set rank and alpha with --config as its adapter_config.json " +
      "has them, or name another.",
  );
}

/**
 * The shape of the masked-diffusion model: the parent's, in Dream's layout, with a mask and the shift.
 * @throws UserError for a parent of which none can be made
 */
function diffusionConfig(
  { name, maskToken }: AdapterRecipe,
  folder: string,
  own: DenoiserConfig,
  tokenizer: TextTokenizer,
): DenoiserConfig {
  const refuse = (what: string) => new UserError(`train: ${folder} ${what}.`);
  if (!isCausal(own))
    throw refuse(`is no AR parent but of type ${own.modelType}, so ${name} has nothing to adapt; name one`);
  if (own.headSize !== undefined || own.qkNorm === true)
    throw refuse(`is of type ${own.modelType}, whose heads Dream's layout cannot hold; use Llama or Qwen2`);
  const maskTokenId = tokenizer.idOf(maskToken);
  if (maskTokenId === undefined || maskTokenId >= own.vocabSize)
    throw refuse(`has no token ${quote(maskToken)}; name a spare one of its vocabulary as maskToken`);
  return { ...own, modelType: "Dream", shift: true, maskTokenId };
}

/** Where an adapter comes from; the same for the same run, whenever it was made. */
function origin(
  { recipe, seed }: TrainOptions<AdapterRecipe>,
  parentSha256: string,
  step: number,
): Record<string, string> {
  const { commit, dirty } = provenance({ config: recipe, seed });
  return {
    ...{ format: "pt", recipe: JSON.stringify(recipe), seed: String(seed), step: String(step) },
    ...{ parent: basename(recipe.parent), parent_sha256: parentSha256, commit, dirty: String(dirty) },
  };
}
