/** Checkpoint folders in Hugging Face layout: config.json, weights in one or more safetensors files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { CompileOptions } from "../compile/compile.js";
import { UserError } from "../core/errors.js";
import { makeFolders } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { endTokensOf, parseConfig, toHuggingFace, type DenoiserConfig } from "./config.js";
import { createDenoiser, type Denoiser } from "./denoiser.js";
import { readJson, writeJson } from "./json-file.js";
import { parameterEntries, type Parameters } from "./parameters.js";
import { writeSafetensors, type TensorToStore } from "./safetensors.js";
import { WeightFiles } from "./weight-files.js";

/**
 * Load a denoiser from a checkpoint folder (Dream, DiffuCoder, Qwen2 or LLaDA), weights widened to float32.
 * @throws UserError naming file, tensor and remedy
 */
export function loadDenoiser(folder: string, options: Partial<CompileOptions> = {}): Denoiser {
  const config = readConfig(folder);
  return createDenoiser(config, readParameters(folder, config), options);
}

/** The configuration of a checkpoint folder; special ids that config.json lacks come from generation_config.json. */
export function readConfig(folder: string): DenoiserConfig {
  const file = join(folder, "config.json");
  if (!existsSync(file)) {
    throw new UserError(
      `checkpoint: ${folder} has no config.json; name a checkpoint folder in Hugging Face layout.`,
    );
  }
  const generation = join(folder, "generation_config.json");
  return parseConfig(readJson(file), file, existsSync(generation) ? readJson(generation) : {});
}

/**
 * Read every parameter, tensor by tensor, each a few megabytes at a time: peak memory is the weights as float32.
 * Files, shapes and types are checked for all of them before the first is read.
 */
export function readParameters(folder: string, config: DenoiserConfig): Map<string, tf.Tensor> {
  const files = WeightFiles.open(folder);
  const params = new Map<string, tf.Tensor>();
  try {
    for (const { name, shape, file, stored } of files.locate(config))
      params.set(name, tf.tensor(file.readFloat32(stored, { finite: true }), [...shape], "float32"));
    return params;
  } catch (error) {
    for (const tensor of params.values()) tensor.dispose();
    throw error;
  } finally {
    files.close();
  }
}

/**
 * Write config.json, generation_config.json and model.safetensors (bf16, rounded to nearest even) that the
 * public Dream code opens. Each file is replaced atomically; weights are read from the device one tensor at a time.
 */
export function saveCheckpoint(folder: string, config: DenoiserConfig, params: Parameters): void {
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
