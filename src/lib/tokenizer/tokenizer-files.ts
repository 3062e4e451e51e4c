/**
 * Reads a tokenizer folder in Hugging Face layout: tokenizer.json, or the older vocab.json + merges.txt +
 * added_tokens.json that Dream and DiffuCoder repositories carry; tokenizer_config.json and
 * special_tokens_map.json where they are there. Nothing is tokenized here.
 */
import { UserError } from "../core/errors.js";
import type { FolderFiles } from "../core/folder-files.js";
import { isJsonObject, type JsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";

/** One entry of `added_tokens`. */
export interface AddedTokenEntry {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** The parsed files of one tokenizer. `tokenizer` is the content of tokenizer.json, read or assembled. */
export interface TokenizerFiles {
  readonly tokenizer: JsonObject;
  /** tokenizer_config.json over special_tokens_map.json; chat_template is one text, wherever it stood */
  readonly config: JsonObject;
}

/** @throws UserError when neither layout is complete or a file is not a JSON object */
export function readTokenizerFiles(files: FolderFiles): TokenizerFiles {
  const named = { ...files.json("special_tokens_map.json"), ...files.json("tokenizer_config.json") };
  const config: JsonObject = { ...named, chat_template: chatTemplate(files, named) };
  const fast = files.json("tokenizer.json");
  if (fast !== undefined) return { tokenizer: fast, config };
  const [vocabulary, merges] = [files.json("vocab.json"), files.text("merges.txt")];
  if (vocabulary === undefined || merges === undefined) {
    throw new UserError(
      `tokenizer: ${files.folder} holds neither tokenizer.json nor vocab.json with merges.txt; point ` +
        "to a folder in Hugging Face layout.",
    );
  }
  const added = files.json("added_tokens.json") ?? {};
  return { tokenizer: qwen2Tokenizer(vocabulary, merges, addedTokens(added, config, files)), config };
}

/** A file of its own goes before tokenizer_config.json, where it may be one text or a list of named ones. */
function chatTemplate(files: FolderFiles, config: JsonObject): string | null {
  const own = files.text("chat_template.jinja");
  if (own !== undefined) return own;
  const given = files.json("chat_template.json")?.chat_template ?? config.chat_template;
  if (typeof given === "string") return given;
  if (!Array.isArray(given)) return null;
  const templates: readonly { readonly name?: unknown; readonly template?: unknown }[] =
    given.filter(isJsonObject);
  const chosen = (templates.find(({ name }) => name === "default") ?? templates[0])?.template;
  return typeof chosen === "string" ? chosen : null;
}

/** The text of a special token in a configuration, where it stands as a string or as {content}. */
export function contentOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return null;
  const { content } = entry as { content?: unknown };
  return typeof content === "string" ? content : null;
}

const namedSpecials = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
];

/** Spellings of the special tokens that the configuration names, by their key. */
export function namedTokens(config: JsonObject): Record<string, string> {
  const named = namedSpecials.map(key => [key, contentOf(config[key])] as const);
  return Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== null));
}

/**
 * added_tokens.json says only which ids; flags come from tokenizer_config.json, else from the named specials.
 */
function addedTokens(ids: JsonObject, config: JsonObject, files: FolderFiles): AddedTokenEntry[] {
  const given = config.added_tokens_decoder ?? {};
  if (!isJsonObject(given) || !Object.values(given).every(isJsonObject))
    throw new UserError(
      `tokenizer: tokenizer_config.json of ${files.folder} has added_tokens_decoder=${quote(given)}, ` +
        "where an object of objects is needed; correct the file.",
    );
  const decoder = given as Readonly<Record<string, Partial<AddedTokenEntry>>>;
  const listed: unknown = config.additional_special_tokens;
  const further: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const specials = new Set([...namedSpecials.map(name => config[name]), ...further].map(contentOf));
  const contents = new Map<number, string>();
  for (const [content, id] of Object.entries(ids)) {
    if (typeof id !== "number") {
      throw new UserError(
        `tokenizer: ${files.pathOf("added_tokens.json")} gives ${quote(content)} no numeric id; correct ` +
          "the file.",
      );
    }
    contents.set(id, content);
  }
  for (const [id, entry] of Object.entries(decoder)) {
    if (entry.content !== undefined) contents.set(Number(id), entry.content);
  }
  const off = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return [...contents]
    .sort(([a], [b]) => a - b)
    .map(([id, content]) => ({ ...off, special: specials.has(content), ...decoder[id], id, content }));
}

/**
 * Qwen2's splitting pattern: contractions, words with one
 * leading mark, single digits, punctuation, white space.
 */
export const qwen2Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| " +
  "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * What the Qwen2 tokenizer code does with vocab.json and
 * merges.txt, written as tokenizer.json: byte-level BPE over NFC.
 */
export function qwen2Tokenizer(
  vocab: JsonObject,
  merges: string,
  added: readonly AddedTokenEntry[],
): JsonObject {
  const rest = { patterns: [qwen2Pattern], normalizer: "NFC", ignoreMerges: false } as const;
  return byteLevelBpe({ vocab, merges: mergePairs(merges), added, ...rest });
}

export interface ByteLevelBpe {
  readonly vocab: JsonObject;
  readonly merges: readonly (readonly string[])[];
  readonly added: readonly AddedTokenEntry[];
  /** text is split by the first, the pieces by the next, and so on */
  readonly patterns: readonly string[];
  readonly normalizer: "NFC" | null;
  readonly ignoreMerges: boolean;
}

/** tokenizer.json of a byte-level BPE. */
export function byteLevelBpe({
  vocab,
  merges,
  added,
  patterns,
  normalizer,
  ignoreMerges,
}: ByteLevelBpe): JsonObject {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
  const splits = patterns.map(pattern => {
    return { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: normalizer === null ? null : { type: normalizer },
    pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, byteLevel] },
    post_processor: byteLevel,
    decoder: { ...byteLevel, add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab,
      merges,
    },
  };
}

/** One pair a line, the first line may name the version. A merge may itself begin with "#". */
function mergePairs(text: string): (readonly string[])[] {
  const lines = text.split("\n").map(line => line.replace(/\r$/, ""));
  return lines
    .filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")))
    .map(line => line.split(" "));
}
