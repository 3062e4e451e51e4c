/**
 * The tokenizer inside a GGUF file, as the files of a Hugging Face folder: byte-level
 * BPE from the tokens, merges and token types. How text is split before that stands
 * there as a name only; the patterns are those of the models behind the names.
 */
import { UserError } from "../core/errors.js";
import type { Metadata } from "../gguf/header.js";
import { byteLevelBpe, qwen2Pattern, type AddedTokenEntry, type TokenizerFiles } from "./tokenizer-files.js";

/** GPT-2's splitting: contractions, words, numbers and marks with one space before them, white space. */
const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

interface Splitting {
  /** one after the other, each on the pieces of the one before */
  readonly patterns: readonly string[];
  readonly normalizer?: "NFC";
  /** a piece that is a token as it stands is not built from merges */
  readonly ignoreMerges?: true;
}

const qwen2: Splitting = { patterns: [qwen2Pattern], normalizer: "NFC" };
const digitsAlone: Splitting = { patterns: ["\\p{N}", gpt2Pattern] };
const llama3: Splitting = {
  patterns: [qwen2Pattern.replace("|\\p{N}|", "|\\p{N}{1,3}|")],
  ignoreMerges: true,
};

/** By `tokenizer.ggml.pre`. Qwen2 normalises its text first, which no GGUF file says. */
const splittings: Readonly<Record<string, Splitting>> = {
  ...{ qwen2, "deepseek-r1-qwen": qwen2 },
  ...{ smollm: digitsAlone, starcoder: digitsAlone, refact: digitsAlone },
  ...{ "gpt-2": { patterns: [gpt2Pattern] } },
  ...{ "llama-bpe": llama3, llama3, "llama-v3": llama3 },
  // What llama.cpp does where a conversion knew no name.
  default: {
    patterns: [
      "[\\p{P}\\$\\+<=>\\^~\\|]+",
      gpt2Pattern.replace(/\|\\s\+$/, ""),
      "\\p{N}+",
      "[0-9][0-9][0-9]",
    ],
  },
};

/** Token types of the format that are told apart here. */
const [control, userDefined, unused] = [3, 4, 5];

/**
 * @param path of the file, named in errors
 * @throws UserError when the metadata describe no tokenizer, or one of a kind that is not read
 */
export function ggufTokenizerFiles(metadata: Metadata, path: string): TokenizerFiles {
  const refuse = (what: string) => new UserError(`tokenizer: ${path} ${what}.`);
  const text = (key: string) => {
    const value = metadata.get(`tokenizer.${key}`)?.value;
    return typeof value === "string" ? value : null;
  };
  const list = (key: string) => {
    const value = metadata.get(`tokenizer.ggml.${key}`)?.value;
    return Array.isArray(value) ? (value as readonly unknown[]) : null;
  };
  const model = text("ggml.model");
  if (model === null) throw refuse("holds no tokenizer (tokenizer.ggml.model); use a file that does");
  if (model !== "gpt2")
    throw refuse(
      `has a tokenizer of kind ${JSON.stringify(model)}, only byte-level BPE ("gpt2") is read; use the ` +
        "Hugging Face folder of the model",
    );
  const pre = text("ggml.pre") ?? "default";
  if (!Object.hasOwn(splittings, pre))
    throw refuse(
      `splits text by the rule ${JSON.stringify(pre)}, which is not known here; use the Hugging Face ` +
        "folder of the model",
    );
  const tokens = list("tokens");
  const merges = list("merges");
  if (tokens === null || merges === null || ![...tokens, ...merges].every(t => typeof t === "string"))
    throw refuse("has no lists of tokens and merges; fetch or convert the file again");
  const types = list("token_type") ?? [];
  const vocab: Record<string, number> = Object.create(null) as Record<string, number>;
  const added: AddedTokenEntry[] = [];
  const off = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  tokens.forEach((token, id) => {
    const content = token as string;
    const type = types[id];
    if (type === control || type === userDefined)
      added.push({ id, content, ...off, special: type === control });
    else if (type !== unused) vocab[content] = id;
  });
  const { patterns, normalizer, ignoreMerges } = splittings[pre];
  const tokenizer = byteLevelBpe({
    ...{ vocab, added, patterns },
    merges: merges.map(merge => splitPair(merge as string)),
    normalizer: normalizer ?? null,
    ignoreMerges: ignoreMerges ?? false,
  });
  const named = Object.entries(namedIds).map(([name, key]) => {
    const id = metadata.get(`tokenizer.ggml.${key}`)?.value;
    return [name, typeof id === "number" ? tokens[id] : undefined] as const;
  });
  return {
    tokenizer,
    config: {
      ...Object.fromEntries(named.filter(([, token]) => token !== undefined)),
      clean_up_tokenization_spaces: false,
      chat_template: text("chat_template"),
    },
  };
}

/** The separator is misspelt in the format. */
const namedIds = {
  bos_token: "bos_token_id",
  eos_token: "eos_token_id",
  unk_token: "unknown_token_id",
  sep_token: "seperator_token_id",
  pad_token: "padding_token_id",
  cls_token: "cls_token_id",
  mask_token: "mask_token_id",
} as const;

/** The two parts hold no space in byte-level spelling, so the only one stands between them. */
function splitPair(merge: string): readonly string[] {
  const space = merge.indexOf(" ", 1);
  return [merge.slice(0, space), merge.slice(space + 1)];
}
