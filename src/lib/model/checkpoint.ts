/** Checkpoint folders in Hugging Face layout: config.json, weights in one or more safetensors files. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { parseConfig, toHuggingFace, type DenoiserConfig } from "./config.js";
import { createDenoiser, type Denoiser } from "./denoiser.js";
import { parameterShapes, type Parameters } from "./parameters.js";
import { SafetensorsFile, writeSafetensors, type TensorToStore } from "./safetensors.js";

/**
 * Load a denoiser from a checkpoint folder (Dream, DiffuCoder, Qwen2 or LLaDA), weights widened to float32.
 * @throws UserError naming file, tensor and remedy
 */
export function loadDenoiser(folder: string): Denoiser {
  const config = readConfig(folder);
  return createDenoiser(config, readParameters(folder, config));
}

/** The configuration of a checkpoint folder. */
export function readConfig(folder: string): DenoiserConfig {
  const file = join(folder, "config.json");
  if (!existsSync(file)) {
    throw new UserError(
      `checkpoint: ${folder} has no config.json; name a checkpoint folder in Hugging Face layout.`,
    );
  }
  return parseConfig(readJson(file), file);
}

/** Read every parameter, tensor by tensor; peak memory is the weights plus one tensor. */
export function readParameters(folder: string, config: DenoiserConfig): Map<string, tf.Tensor> {
  const files = new Map<string, SafetensorsFile>();
  const params = new Map<string, tf.Tensor>();
  try {
    const locate = shardOf(folder);
    for (const [name, shape] of parameterShapes(config)) {
      const stored = config.modelType === "llada" ? lladaName(name) : name;
      const path = locate(stored);
      if (!files.has(path)) files.set(path, SafetensorsFile.open(path));
      params.set(name, readTensor(files.get(path) as SafetensorsFile, stored, shape));
    }
    return params;
  } catch (error) {
    for (const tensor of params.values()) tensor.dispose();
    throw error;
  } finally {
    for (const file of files.values()) file.close();
  }
}

function readTensor(file: SafetensorsFile, name: string, shape: readonly number[]): tf.Tensor {
  const stored = file.tensors.get(name);
  if (stored !== undefined && stored.shape.join() !== shape.join()) {
    throw new UserError(
      `checkpoint: ${file.path}: tensor ${name} has shape [${stored.shape.join(", ")}], config.json asks for [${shape.join(", ")}]; the two do not belong together.`,
    );
  }
  const values = file.readFloat32(name);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new UserError(
        `checkpoint: ${file.path}: tensor ${name} holds ${values[i]} at index ${i}; the weights are damaged, fetch or train them again.`,
      );
    }
  }
  return tf.tensor(values, [...shape], "float32");
}

/** Which file of the folder holds a tensor: the one file, or the shard that the index names. */
function shardOf(folder: string): (name: string) => string {
  const index = join(folder, "model.safetensors.index.json");
  const single = join(folder, "model.safetensors");
  if (!existsSync(index)) {
    if (!existsSync(single))
      throw new UserError(
        `checkpoint: ${folder} has neither model.safetensors nor an index of shards; fetch the weights.`,
      );
    return () => single;
  }
  const map = readJson(index)["weight_map"];
  if (typeof map !== "object" || map === null)
    throw new UserError(`checkpoint: ${index} has no weight_map; fetch it again.`);
  return name => {
    const shard = (map as Record<string, unknown>)[name];
    if (typeof shard !== "string")
      throw new UserError(
        `checkpoint: ${index} does not name a shard for tensor ${name}; it is not a checkpoint of this shape.`,
      );
    return join(folder, shard);
  };
}

function lladaName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.*)$/.exec(name);
  if (layer === null) {
    const top: Record<string, string> = {
      "model.embed_tokens.weight": "wte",
      "model.norm.weight": "ln_f",
      "lm_head.weight": "ff_out",
    };
    return `model.transformer.${top[name]}.weight`;
  }
  const inner = layer[2]
    .replace("input_layernorm", "attn_norm")
    .replace("post_attention_layernorm", "ff_norm")
    .replace("self_attn.o_proj", "attn_out")
    .replace("self_attn.", "")
    .replace("mlp.gate_proj", "ff_proj")
    .replace("mlp.up_proj", "up_proj")
    .replace("mlp.down_proj", "ff_out");
  return `model.transformer.blocks.${layer[1]}.${inner}`;
}

/**
 * Write config.json, generation_config.json and model.safetensors (bf16, rounded to nearest even) that the
 * public Dream code opens. Each file is replaced atomically.
 */
export function saveCheckpoint(folder: string, config: DenoiserConfig, params: Parameters): void {
  mkdirSync(folder, { recursive: true });
  const { maskTokenId, padTokenId, eosTokenId } = config;
  writeJson(join(folder, "config.json"), toHuggingFace(config));
  const special = {
    bos_token_id: eosTokenId,
    eos_token_id: eosTokenId,
    mask_token_id: maskTokenId,
    pad_token_id: padTokenId,
  };
  writeJson(join(folder, "generation_config.json"), special);
  const tensors = new Map<string, TensorToStore>();
  for (const [name, tensor] of params) {
    tensors.set(name, { dtype: "BF16", shape: tensor.shape, values: tensor.dataSync<"float32">() });
  }
  const path = join(folder, "model.safetensors");
  writeSafetensors(`${path}.tmp`, tensors);
  renameSync(`${path}.tmp`, path);
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value, null, 2) + "\n");
  renameSync(`${path}.tmp`, path);
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new UserError(
      `checkpoint: ${path} cannot be read as JSON (${(error as Error).message}); fetch or write it again.`,
    );
  }
  throw new UserError(`checkpoint: ${path} does not hold a JSON object; fetch or write it again.`);
}
