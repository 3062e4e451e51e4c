/**
 * A byte-level BPE tokenizer of any size, made without text: the 256 bytes, then
 * all pairs of printable characters, then triples, each merged from entries
 * before it. It spells every text, and its files are as large as real ones.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { writeJson } from "./json-file.js";
import { qwen2Tokenizer } from "../tokenizer/tokenizer-files.js";

export interface SpecialToken {
  readonly content: string;
  /** false for added tokens that count as text */
  readonly special: boolean;
}

export interface RandomTokenizer {
  /** entries before the special tokens, the 256 bytes included */
  readonly spelledTokens: number;
  /** follow in this order */
  readonly specials: readonly SpecialToken[];
  /** content of tokenizer_config.json, the added tokens apart */
  readonly config: Readonly<Record<string, unknown>>;
  /** vocab.json, merges.txt and added_tokens.json instead of tokenizer.json */
  readonly slow: boolean;
}

/** Writes the files of a tokenizer into an existing folder. */
export function writeRandomTokenizer(folder: string, t: RandomTokenizer): void {
  const { vocab, merges } = vocabularyOf(t.spelledTokens);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const added = t.specials.map((token, i) => ({ id: t.spelledTokens + i, ...token, ...flags }));
  const decoder = Object.fromEntries(added.map(({ id, ...entry }) => [id, entry]));
  writeJson(join(folder, "tokenizer_config.json"), {
    added_tokens_decoder: decoder,
    clean_up_tokenization_spaces: false,
    model_max_length: 32768,
    ...t.config,
  });
  const mergesText = `#version: 0.2\n${merges.map(pair => pair.join(" ")).join("\n")}\n`;
  if (t.slow) {
    writeJson(join(folder, "vocab.json"), vocab);
    writeFileSync(join(folder, "merges.txt"), mergesText);
    writeJson(
      join(folder, "added_tokens.json"),
      Object.fromEntries(added.map(({ content, id }) => [content, id])),
    );
  } else writeJson(join(folder, "tokenizer.json"), qwen2Tokenizer(vocab, mergesText, added));
}

function vocabularyOf(size: number): {
  vocab: Record<string, number>;
  merges: (readonly [string, string])[];
} {
  const entries = byteLetters();
  const merges: (readonly [string, string])[] = [];
  for (const pair of mergePairs()) {
    if (entries.length === size) break;
    merges.push(pair);
    entries.push(pair.join(""));
  }
  if (entries.length !== size)
    throw new UserError(
      `random-checkpoint: a tokenizer of ${size} entries cannot be made; ask for 256 to 900,000.`,
    );
  return { vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])), merges };
}

/** Pairs of printable letters, then each pair with a third letter: no spelling comes twice. */
function* mergePairs(): Generator<readonly [string, string]> {
  const letters = byteLetters();
  const printable = [32, 10, ...Array.from({ length: 94 }, (_, i) => 33 + i)].map(byte => letters[byte]);
  for (const a of printable) for (const b of printable) yield [a, b];
  for (const a of printable) for (const b of printable) for (const c of printable) yield [a + b, c];
}

/**
 * The letter that byte-level BPE writes for each byte: itself
 * where it is visible in Latin-1, else from U+0100 on.
 */
function byteLetters(): string[] {
  let next = 256;
  const visible = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(visible(byte) ? byte : next++));
}
