/**
 * Adapter folders in PEFT's layout, adapter_config.json and adapter_model.safetensors with full module paths.
 * One that turns its base into a masked-diffusion model has the config.json of that model beside them.
 */
import { existsSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { UserError } from "../core/errors.js";
import { toHuggingFace, type DenoiserConfig } from "../model/config.js";
import { parseLoraConfig, type LoraConfig } from "../model/lora-config.js";
import { adapterOf } from "../model/lora-tensors.js";
import type { Adapter, Change } from "../model/lora.js";
import type { TensorToStore } from "../model/safetensors.js";
import { readJson, writeJson } from "./json-file.js";
import { publicCheckpoint, publicModelOfHub } from "./public-models.js";
import { openSafetensors, writeSafetensors } from "./safetensors-file.js";

const configName = "adapter_config.json";
const weightsName = "adapter_model.safetensors";

/** Whether a folder holds an adapter. */
export function isAdapterFolder(folder: string): boolean {
  return existsSync(join(folder, configName));
}

/**
 * The checkpoint that an adapter was trained on, as its folder names it: a path from the adapter's folder, an
 * absolute one, or the name of a public model that was fetched.
 * @throws UserError when there is nothing there
 */
export function baseOf(folder: string): string {
  const { baseModel, file } = readAdapterConfig(folder);
  const paths = baseModel === null ? [] : [join(folder, baseModel), baseModel];
  const there = (isAbsolute(baseModel ?? "") ? paths.slice(1) : paths).find(path => existsSync(path));
  if (there !== undefined) return there;
  const known = publicModelOfHub(baseModel ?? "");
  if (known !== undefined) return publicCheckpoint(known);
  throw new UserError(
    `lora: ${file} names the base ${JSON.stringify(baseModel)}, which is no folder here; put its ` +
      "path there as base_model_name_or_path.",
  );
}

function readAdapterConfig(folder: string): LoraConfig {
  const file = join(folder, configName);
  if (!existsSync(file))
    throw new UserError(`lora: ${folder} has no ${configName}; name an adapter's folder.`);
  return parseLoraConfig(readJson(file), file);
}

/**
 * The adapter of a folder for a base of this shape.
 * @throws UserError as `adapterOf`, and when a file is missing or damaged
 */
export function readAdapter(folder: string, base: DenoiserConfig): Adapter {
  const config = readAdapterConfig(folder);
  const file = openSafetensors(join(folder, weightsName));
  try {
    return adapterOf(file, config, base);
  } finally {
    file.close();
  }
}

export interface SaveAdapterOptions {
  /** float32 if left out */
  readonly dtype?: "F32" | "BF16";
  /** where it comes from, kept in the header of its tensors */
  readonly metadata?: Readonly<Record<string, string>>;
  /** of the masked-diffusion model that the base becomes with it */
  readonly model?: DenoiserConfig;
}

/**
 * Writes an adapter as `readAdapter` and PEFT open it. Each file is replaced atomically.
 * @param base path of the base from the folder, or its public name
 */
export function saveAdapter(
  folder: string,
  { config, changes, tensors }: Adapter,
  base: string,
  { dtype = "F32", metadata, model }: SaveAdapterOptions = {},
): void {
  mkdirSync(folder, { recursive: true });
  // biases: this project's own reading of Dream's layout knows models without
  if (model !== undefined)
    writeJson(join(folder, "config.json"), { ...toHuggingFace(model), attention_bias: model.qkvBias });
  const modulesOf = (kind: Change["kind"]) =>
    changes.filter(change => change.kind === kind).map(change => moduleOf(firstTensor(change)));
  const copies = modulesOf("copy");
  writeJson(join(folder, configName), {
    ...{ peft_type: "LORA", task_type: null, base_model_name_or_path: base },
    ...{ r: config.rank, lora_alpha: config.alpha, lora_dropout: 0, bias: "none" },
    ...{ use_rslora: config.rankStabilised, use_dora: config.dora, ensure_weight_tying: config.keepsTying },
    rank_pattern: Object.fromEntries(config.rankPattern),
    alpha_pattern: Object.fromEntries(config.alphaPattern),
    target_modules: modulesOf("low-rank"),
    modules_to_save: copies.length === 0 ? null : copies,
    trainable_token_indices:
      config.trainableTokens.size === 0 ? null : Object.fromEntries(config.trainableTokens),
    ...{ fan_in_fan_out: false, inference_mode: true, init_lora_weights: true },
  });
  const stored = [...tensors].map(([name, tensor]): [string, TensorToStore] => [
    name,
    { dtype, shape: tensor.shape, values: () => tensor.dataSync<"float32">() },
  ]);
  writeSafetensors(join(folder, weightsName), new Map(stored), metadata);
}

function firstTensor(change: Change): string {
  return change.kind === "low-rank" ? change.a : change.tensor;
}

/** "model.layers.0.mlp.up_proj" of its tensor's name. */
function moduleOf(tensor: string): string {
  return tensor
    .replace(/^base_model\.model\./, "")
    .replace(/\.(lora_A\.weight|lora_embedding_A|weight|bias)$/, "");
}
