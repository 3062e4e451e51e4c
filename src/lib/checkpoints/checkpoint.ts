/**
 * Checkpoints: folders in Hugging Face layout, config.json and weights in one
 * or more safetensors files; GGUF files, which hold everything; and folders of
 * adapters in PEFT's layout, which are merged with the base that they name.
 */
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { CompileOptions } from "../compile/compile.js";
import { UserError } from "../core/errors.js";
import { makeFolders } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { configOf } from "../model/config-files.js";
import { endTokensOf, isCausal, toHuggingFace, type DenoiserConfig } from "../model/config.js";
import { createDenoiser, type Denoiser } from "../model/denoiser.js";
import { ggufConfig } from "../model/gguf/gguf-config.js";
import { locate, readGgufParameters } from "../model/gguf/gguf-weights.js";
import { applyAdapter, adaptedConfig } from "../model/lora.js";
import { parameterCount, parameterEntries, parameterShapes, type Parameters } from "../model/parameters.js";
import type { TensorToStore } from "../model/safetensors.js";
import { bytesHeld, heldForDecoding, readWeights, type Holding } from "../model/weights.js";
import { backendInUse } from "../runtime/backend.js";
import { baseOf, isAdapterFolder, readAdapter } from "./adapter-files.js";
import { ggufAt, openGguf } from "./gguf-files.js";
import { checkpointFiles, writeJson } from "./json-file.js";
import { writeSafetensors } from "./safetensors-file.js";
import { checkMemory, hasWeights, withWeights } from "./weight-files.js";

/**
 * Load a denoiser from a checkpoint folder or a GGUF file. Weights of a large model that its files have in
 * bfloat16 are held so, where the backend can widen them as it goes; all others are float32. So are an AR
 * parent's: one row at a time is multiplied in less time than the weights are widened in.
 * @throws UserError naming file, tensor and remedy
 */
export function loadDenoiser(folder: string, options: Partial<CompileOptions> = {}): Denoiser {
  const config = readConfig(folder);
  return createDenoiser(config, readParameters(folder, config, holdingOf), options);
}

function holdingOf(config: DenoiserConfig): Holding | undefined {
  const held = parameterCount(config) > fewestHeld && !isCausal(config) && canHoldWeights();
  return held ? heldForDecoding(config) : undefined;
}

/** Weights of a model below which holding them in another way is worth nothing. */
const fewestHeld = 1e8;

/** Why not on a GPU: TensorFlow keeps int32 beside the processor. */
export function canHoldWeights(): boolean {
  return backendInUse() === "native-cpu";
}

/**
 * The configuration of a checkpoint; special ids that config.json lacks come from the small files beside it.
 */
export function readConfig(folder: string): DenoiserConfig {
  const gguf = ggufAt(folder);
  if (gguf !== null) return configInFile(gguf);
  const file = join(folder, "config.json");
  if (!existsSync(file) && isAdapterFolder(folder)) return configWithAdapter(folder);
  if (!existsSync(file)) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new UserError(
        `checkpoint: ${file} is a link to ${readlinkSync(file)}, which is not there; fetch the ` +
          "checkpoint again.",
      );
    throw new UserError(
      `checkpoint: ${folder} has no config.json; name a checkpoint folder in Hugging Face layout, or a ` +
        "GGUF file.",
    );
  }
  return configOf(checkpointFiles(folder));
}

function configWithAdapter(folder: string): DenoiserConfig {
  const base = readConfig(baseOf(folder));
  const adapter = readAdapter(folder, base);
  tf.dispose([...adapter.tensors.values()]);
  return adaptedConfig(base, adapter);
}

/** The parameters of the base that the adapter's folder names, merged with it. */
function mergedParameters(folder: string, model: DenoiserConfig): Map<string, tf.Tensor> {
  const base = baseOf(folder);
  const config = readConfig(base);
  if (model.layers !== config.layers || model.hiddenSize !== config.hiddenSize)
    throw new UserError(
      `lora: ${join(folder, "config.json")} is of another shape than the base ${base}; fetch both again.`,
    );
  const adapter = readAdapter(folder, config);
  const own = readParameters(base, config);
  const merged = tf.tidy(() => {
    const tensors = applyAdapter(own, adapter);
    return [...parameterShapes(adaptedConfig(config, adapter)).keys()].map(name => {
      const tensor = tensors.get(name) ?? tensors.get("model.embed_tokens.weight");
      return [name, tf.keep(tf.clone(tensor as tf.Tensor))] as const;
    });
  });
  tf.dispose([...own.values(), ...adapter.tensors.values()]);
  return new Map(merged);
}

function configInFile(path: string): DenoiserConfig {
  const file = openGguf(path);
  try {
    const config = ggufConfig(file);
    locate(file, config); // metadata without their tensors are no model
    return config;
  } finally {
    file.close();
  }
}

/**
 * Read every parameter, tensor by tensor, each a few megabytes at a time: peak memory is the weights as they
 * are held. Files, shapes and types are checked for all of them before the first is read.
 * @param holdingOf of safetensors files that have all the model's tensors; by default all is float32, as
 *   training needs it
 */
export function readParameters(
  folder: string,
  config: DenoiserConfig,
  holdingOf?: (config: DenoiserConfig) => Holding | undefined,
): Map<string, tf.Tensor> {
  const gguf = ggufAt(folder);
  if (gguf !== null) return parametersInFile(gguf, config);
  if (isAdapterFolder(folder) && !hasWeights(folder)) return mergedParameters(folder, config);
  return withWeights(folder, weights => {
    const located = weights.locate(config);
    const holding = holdingOf?.(config);
    checkMemory(folder, bytesHeld(located, holding));
    return readWeights(located, holding);
  });
}

function parametersInFile(path: string, config: DenoiserConfig): Map<string, tf.Tensor> {
  const file = openGguf(path);
  try {
    const located = locate(file, config);
    checkMemory(path, 4 * parameterCount(config));
    return readGgufParameters(file, config, located);
  } finally {
    file.close();
  }
}

/**
 * Write config.json, generation_config.json and model.safetensors (bf16, rounded to nearest even) that the
 * public Dream code opens. (Of a model with heads of another kind nothing is written.) Each file is replaced
 * atomically; weights are read from the device one tensor at a time.
 */
export function saveCheckpoint(folder: string, config: DenoiserConfig, params: Parameters): void {
  if (config.headSize !== undefined || config.qkNorm === true)
    throw new UserError(
      `checkpoint: a model of type ${config.modelType} has heads that Dream's layout cannot hold, so ` +
        `it is not saved to ${folder}; save an adapter of it instead.`,
    );
  writing("checkpoint", folder, () => makeFolders(folder));
  writeJson(join(folder, "config.json"), toHuggingFace(config));
  writeJson(join(folder, "generation_config.json"), generationConfig(config));
  const tensors = new Map<string, TensorToStore>();
  // The public code has no model without biases: zeros make it the same one.
  for (const [name, shape] of parameterEntries({ ...config, qkvBias: true })) {
    const tensor = params.get(name);
    if (tensor === undefined && !name.endsWith(".bias"))
      throw new Error(`internal: parameter ${name} is missing.`);
    const values = () => tensor?.dataSync<"float32">() ?? new Float32Array(shape[0]);
    tensors.set(name, { dtype: "BF16", shape, values });
  }
  writeSafetensors(join(folder, "model.safetensors"), tensors);
}

function generationConfig(config: DenoiserConfig): Record<string, unknown> {
  const { maskTokenId, padTokenId, eosTokenId } = config;
  const ends = endTokensOf(config).filter(id => id === eosTokenId || id !== padTokenId);
  return {
    bos_token_id: eosTokenId,
    eos_token_id: ends.length === 1 ? ends[0] : ends,
    mask_token_id: maskTokenId,
    pad_token_id: padTokenId,
  };
}
