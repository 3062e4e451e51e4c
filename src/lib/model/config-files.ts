/** The configuration of a checkpoint in Hugging Face layout, from the small files of its folder. */
import { UserError } from "../core/errors.js";
import type { FolderFiles } from "../core/folder-files.js";
import { parseConfig, type DenoiserConfig } from "./config.js";
import { asksTokenizer, maskOutside } from "./llama-config.js";
import { tokenizerIds } from "./tokenizer-ids.js";

/**
 * Special ids that config.json lacks come from the files beside it.
 * @throws UserError naming file, value and remedy
 */
export function configOf(files: FolderFiles): DenoiserConfig {
  const file = files.pathOf("config.json");
  const json = files.json("config.json");
  if (json === undefined)
    throw new UserError(`checkpoint: ${files.folder} has no config.json; fetch the checkpoint again.`);
  const generation = files.json("generation_config.json") ?? {};
  if (!asksTokenizer(json["model_type"])) return parseConfig(json, file, generation);
  const { mask, pad } = tokenizerIds(files);
  const rows = Number(json["vocab_size"]);
  if (mask >= rows) throw maskOutside(files.folder, mask, rows);
  const ids = { mask_token_id: mask, ...(pad !== undefined && { pad_token_id: pad }) };
  return parseConfig({ ...json, ...ids }, file, generation);
}
