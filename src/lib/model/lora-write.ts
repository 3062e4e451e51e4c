/** Writes an adapter in PEFT's layout, as `readAdapter` and PEFT open it: full module paths, float32. */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "./json-file.js";
import type { Adapter, Change } from "./lora.js";
import { writeSafetensors, type TensorToStore } from "./safetensors.js";

/**
 * Each file is replaced atomically.
 * @param base path of the base from the folder, or its public name
 */
export function saveAdapter(folder: string, { config, changes, tensors }: Adapter, base: string): void {
  mkdirSync(folder, { recursive: true });
  const modulesOf = (kind: Change["kind"]) =>
    changes.filter(change => change.kind === kind).map(change => moduleOf(firstTensor(change)));
  const copies = modulesOf("copy");
  writeJson(join(folder, "adapter_config.json"), {
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
    { dtype: "F32", shape: tensor.shape, values: () => tensor.dataSync<"float32">() },
  ]);
  const path = join(folder, "adapter_model.safetensors");
  writeSafetensors(`${path}.tmp`, new Map(stored));
  renameSync(`${path}.tmp`, path);
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
