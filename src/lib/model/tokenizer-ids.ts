/**
 * Special ids that only the tokenizer's files tell: dllm adds the mask token through the tokenizer and never
 * writes its id into config.json. Nothing is tokenized here.
 */
import { UserError } from "../core/errors.js";
import type { JsonObject } from "../core/json-text.js";
import type { FolderFiles } from "../core/folder-files.js";

export interface TokenizerIds {
  readonly mask: number;
  /** absent where the tokenizer names none */
  readonly pad?: number;
}

/** @throws UserError when the folder's tokenizer has no mask token */
export function tokenizerIds(files: FolderFiles): TokenizerIds {
  const [config, map, tokenizer, added, vocab] = [
    ...["tokenizer_config.json", "special_tokens_map.json", "tokenizer.json", "added_tokens.json"],
    "vocab.json",
  ].map(name => files.json(name) ?? {});
  const spellingOf = (key: string) => spelling(config[key]) ?? spelling(map[key]);
  const decoder = Object.entries(object(config["added_tokens_decoder"]));
  const listed = Array.isArray(tokenizer["added_tokens"]) ? (tokenizer["added_tokens"] as unknown[]) : [];
  const ids = new Map<string, unknown>([
    ...decoder.map(([id, entry]) => [String(object(entry)["content"]), Number(id)] as const),
    ...listed.map(entry => [String(object(entry)["content"]), object(entry)["id"]] as const),
    ...Object.entries(added),
  ]);
  const idOf = (text: string | undefined) => {
    if (text === undefined) return undefined;
    const id = ids.get(text) ?? object(object(tokenizer["model"])["vocab"])[text] ?? vocab[text];
    return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : undefined;
  };
  const mask = idOf(spellingOf("mask_token") ?? "<|mask|>");
  if (mask === undefined)
    throw new UserError(
      `model: the tokenizer of ${files.folder} has no mask token, and a model of this type keeps its ` +
        `id nowhere else; set "mask_token" in tokenizer_config.json.`,
    );
  const pad = idOf(spellingOf("pad_token"));
  return { mask, ...(pad !== undefined && { pad }) };
}

function object(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}

/** Of a special token, which may stand as a text or as {content}. */
function spelling(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  const { content } = object(entry);
  return typeof content === "string" ? content : undefined;
}
