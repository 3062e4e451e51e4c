/** Text to token ids and back, for tokenizers in Hugging Face layout. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { UserError } from "../core/errors.js";

export interface Tokenizer {
  /** one more than the largest id */
  readonly vocabSize: number;
  /** ids that decoding needs; a tokenizer without a mask token is refused on use, not on loading */
  readonly special: { readonly maskId: number | null; readonly eosId: number | null; readonly padId: number | null };
  /** No special tokens are added; those spelled out in the text are recognised. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>, options?: { readonly skipSpecial?: boolean }): string;
  /** the spelling of one token, for display */
  tokenOf(id: number): string;
  /** undefined for a token that is not in the vocabulary */
  idOf(token: string): number | undefined;
}

/** @throws UserError when the folder has no tokenizer.json or one that cannot be read */
export function loadTokenizer(folder: string): Tokenizer {
  const json = readJson(join(folder, "tokenizer.json"));
  const configPath = join(folder, "tokenizer_config.json");
  const config = existsSync(configPath) ? readJson(configPath) : {};
  return wrap(json, config, folder);
}

function wrap(json: Record<string, unknown>, config: Record<string, unknown>, folder: string): Tokenizer {
  let inner: HuggingFaceTokenizer;
  try {
    inner = new HuggingFaceTokenizer(json, config);
  } catch (error) {
    throw new UserError(`tokenizer: ${join(folder, "tokenizer.json")} cannot be used (${(error as Error).message}); fetch it again.`);
  }
  const ids = [...inner.get_vocab(true).values()] as number[];
  const idNamed = (key: string): number | null => {
    const entry = config[key];
    const token = typeof entry === "object" && entry !== null ? (entry as { content?: unknown }).content : entry;
    return typeof token === "string" ? (inner.token_to_id(token) ?? null) : null;
  };
  return {
    vocabSize: Math.max(...ids) + 1,
    special: { maskId: idNamed("mask_token"), eosId: idNamed("eos_token"), padId: idNamed("pad_token") },
    encode: text => Int32Array.from(inner.encode(text, { add_special_tokens: false }).ids),
    decode: (tokens, options = {}) =>
      tokens.length === 0 ? "" : inner.decode(Array.from(tokens), { skip_special_tokens: options.skipSpecial ?? false }),
    tokenOf: id => inner.id_to_token(id) ?? `<${id}>`,
    idOf: token => inner.token_to_id(token),
  };
}

function readJson(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`tokenizer: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); name a folder that holds it.`);
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UserError(`tokenizer: ${path} is not JSON; fetch it again.`);
  }
}
