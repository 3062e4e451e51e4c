/**
 * The chain of normalizers, pre-tokenizers and decoders of a tokenizer.json,
 * checked before any of them is made: kinds that are supported, values of their
 * types, depth, number, and by how much the chain can make a text longer.
 */
import { UserError } from "../core/errors.js";
import { quote } from "../core/plain-text.js";
import { isJsonObject } from "../core/json-text.js";
import { qwen2Pattern } from "./tokenizer-files.js";

/** What a value must be, in words, or null where it fits. */
type Check = (value: unknown) => string | null;

/** Texts inside a stage: prefixes, replacements, marks. */
const mostText = 256;
/** A published pattern has a few hundred characters; the testbed's lists its words. */
const mostPattern = 50_000;
const mostStages = 64;
const mostDepth = 16;
/** A text becomes at most so many times as long; what honest files do is below 10. */
const mostGrowth = 4096;

const flag: Check = value => (typeof value === "boolean" ? null : "true or false");
const text: Check = value =>
  typeof value === "string" && value.length <= mostText ? null : `a text of at most ${mostText} characters`;
const whole =
  (least: number, most: number): Check =>
  value =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `a whole number from ${least} to ${most}`;
const oneOf =
  (...valid: readonly string[]): Check =>
  value =>
    typeof value === "string" && valid.includes(value) ? null : `one of ${valid.join(", ")}`;
const needed =
  (check: Check): Check =>
  value =>
    value === undefined || value === null ? `${check(value) ?? "a value"}, and it is missing` : check(value);
const pattern: Check = value => {
  if (!isJsonObject(value)) return 'an object {"String": ...} or {"Regex": ...}';
  const { String: literal, Regex: regex } = value;
  if ((literal === undefined) === (regex === undefined)) return "either a String or a Regex";
  const given = literal ?? regex;
  if (typeof given !== "string" || given === "" || given.length > mostPattern)
    return `a pattern of 1 to ${mostPattern} characters`;
  return null;
};

type Kinds = Readonly<Record<string, Readonly<Record<string, Check>>>>;

const metaspace = {
  replacement: text,
  str_rep: text,
  prepend_scheme: oneOf("always", "first", "never"),
  add_prefix_space: flag,
  split: flag,
};
const byteLevel = { add_prefix_space: flag, trim_offsets: flag, use_regex: flag };
const replace = { pattern: needed(pattern), content: needed(text) };

/** What the package can do, and what it reads of each. */
const kindsOf = {
  normalizer: {
    BertNormalizer: { clean_text: flag, handle_chinese_chars: flag, strip_accents: flag, lowercase: flag },
    Precompiled: {},
    Sequence: {},
    Replace: replace,
    ...{ NFC: {}, NFD: {}, NFKC: {}, NFKD: {} },
    Strip: { strip_left: flag, strip_right: flag },
    StripAccents: {},
    Lowercase: {},
    Prepend: { prepend: needed(text) },
  },
  pre_tokenizer: {
    BertPreTokenizer: {},
    Sequence: {},
    Whitespace: {},
    WhitespaceSplit: {},
    Metaspace: metaspace,
    ByteLevel: byteLevel,
    Split: {
      pattern: needed(pattern),
      behavior: needed(oneOf("Isolated", "Removed", "isolated", "removed")),
      invert: flag,
    },
    Punctuation: {
      behavior: oneOf("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"),
    },
    Digits: { individual_digits: flag },
    Replace: replace,
    FixedLength: { length: needed(whole(1, 1e6)) },
  },
  decoder: {
    ByteLevel: byteLevel,
    WordPiece: { prefix: text, cleanup: flag },
    Metaspace: metaspace,
    BPEDecoder: { suffix: text },
    CTC: { pad_token: text, word_delimiter_token: text, cleanup: flag },
    Sequence: {},
    Replace: replace,
    Fuse: {},
    Strip: { content: text, start: whole(0, 1000), stop: whole(0, 1000) },
    ByteFallback: {},
  },
} as const satisfies Readonly<Record<string, Kinds>>;

export type StageName = keyof typeof kindsOf;

const listOf = { normalizer: "normalizers", pre_tokenizer: "pretokenizers", decoder: "decoders" } as const;

/** What is known of a chain that can be made. */
export interface CheckedChain {
  /** true where a pattern that is not known to be quick decides how long its work takes */
  readonly mayTakeLong: boolean;
}

/** Words, one or the other: what the testbed's tokenizer splits at. */
const literalWords = /^(?:[^\\()[\]{}*+?.^$]|\\[^A-Za-z0-9]|\\[nrt])*$/;

function mayTakeLong(pattern: unknown): boolean {
  if (!isJsonObject(pattern) || typeof pattern["Regex"] !== "string") return false;
  return pattern["Regex"] !== qwen2Pattern && !literalWords.test(pattern["Regex"]);
}

/**
 * @param stage as it stands in tokenizer.json; null and absent mean none
 * @param where the folder, for the error
 * @throws UserError naming kind, key, value and what is supported
 */
export function checkChain(name: StageName, stage: unknown, where: string): CheckedChain {
  const refuse = (what: string) =>
    new UserError(`tokenizer: the tokenizer of ${where} has ${what}; correct it or fetch the file again.`);
  let [stages, growth, slow] = [0, 1, false];
  // One list of what is still to be seen, not a function that calls itself: depth is bounded, not found out.
  const waiting: { readonly stage: unknown; readonly depth: number }[] = [{ stage: stage ?? null, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.stage === null) continue;
    if (++stages > mostStages || next.depth > mostDepth)
      throw refuse(`more than ${mostStages} ${listOf[name]}, or nests them deeper than ${mostDepth}`);
    const kind = kindOf(name, next.stage, refuse);
    const fields = next.stage as Readonly<Record<string, unknown>>;
    if (kind === "Sequence") {
      const inner = fields[listOf[name]] ?? [];
      if (!Array.isArray(inner)) throw refuse(`a ${name} Sequence whose ${listOf[name]} are no list`);
      for (const item of inner.slice(0, mostStages + 1)) waiting.push({ stage: item, depth: next.depth + 1 });
    }
    growth *= growthOf(kind, fields);
    slow ||= mayTakeLong(fields["pattern"]);
  }
  if (growth > mostGrowth)
    throw refuse(`${listOf[name]} that together make a text more than ${mostGrowth} times as long`);
  return { mayTakeLong: slow };
}

/** @throws what `refuse` makes of an unknown kind or a value that does not fit it */
function kindOf(name: StageName, stage: unknown, refuse: (what: string) => UserError): string {
  const kinds: Kinds = kindsOf[name];
  if (!isJsonObject(stage)) throw refuse(`${quote(stage)} as a ${name}, where an object is needed`);
  const { type } = stage;
  if (typeof type !== "string" || !Object.hasOwn(kinds, type))
    throw refuse(`a ${name} of type ${quote(type)}, where ${Object.keys(kinds).join(", ")} are supported`);
  for (const [key, check] of Object.entries(kinds[type])) {
    const value = stage[key];
    const wrong = value === undefined || value === null ? missing(check, value) : check(value);
    if (wrong !== null) throw refuse(`${name} ${type} with ${key}=${quote(value)}, where ${wrong} is needed`);
  }
  return type;
}

/** A key may be absent unless its check says that it is needed. */
function missing(check: Check, value: unknown): string | null {
  const wrong = check(value);
  return wrong !== null && wrong.endsWith("it is missing") ? wrong : null;
}

/** By how much a stage can lengthen a text, at worst: what is put in place of one letter. */
function growthOf(kind: string, fields: Readonly<Record<string, unknown>>): number {
  const length = (key: string) => (typeof fields[key] === "string" ? fields[key].length : 0);
  switch (kind) {
    case "Replace": {
      const literal = (fields["pattern"] as { String?: string }).String;
      // a regular expression can match nothing, between any two letters
      return literal === undefined ? 1 + length("content") : Math.max(1, length("content") / literal.length);
    }
    case "Metaspace":
      return 1 + Math.max(1, length("str_rep"), length("replacement"));
    case "Prepend":
      return 1 + length("prepend");
    case "ByteLevel":
      return 3; // bytes of a letter
    case "BPEDecoder":
      return length("suffix") === 0 ? 2 : 1;
    case "CTC":
      return length("word_delimiter_token") === 0 ? 2 : 1;
    default:
      return 1;
  }
}
