/** Text <-> token ids, and the special ids a masked-diffusion model needs. Adds no tokens at the ends. */
import * as huggingFace from "@huggingface/tokenizers";
import { causeOf, UserError } from "../core/errors.js";
import { isJsonObject, type JsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";
import { checkChain } from "./check-stages.js";
import { checkVocabulary } from "./check-vocabulary.js";
import { keepSingleWords, type AddedTokenSplitters } from "./single-word.js";
import { unlimited, type TimeLimit } from "./time-limit.js";
import { contentOf, namedTokens, type TokenizerFiles } from "./tokenizer-files.js";

/**
 * The part of the package that is used. Its own declarations
 * import without extensions, which NodeNext cannot resolve.
 */
interface Engine extends AddedTokenSplitters {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  decode(
    ids: number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ): string;
  id_to_token(id: number): string | undefined;
  token_to_id(token: string): number | undefined;
  get_vocab(): ReadonlyMap<string | undefined, number>;
}
const EngineClass = huggingFace.Tokenizer as unknown as new (
  tokenizer: JsonObject,
  config: JsonObject,
) => Engine;

/** Ids that decoding and training treat apart. */
export interface TextSpecialIds {
  /** null in an AR parent, which masks nothing */
  readonly maskId: number | null;
  /** ends a completion */
  readonly eosId: number;
  /** fills a batch; the end-of-text id where the tokenizer names none, as in Dream */
  readonly padId: number;
  /** null where the tokenizer has none */
  readonly bosId: number | null;
  /** what unknown text becomes; null where every text can be spelled (byte-level) */
  readonly unknownId: number | null;
}

export interface SpecialIds extends TextSpecialIds {
  readonly maskId: number;
}

/** What every tokenizer can do, that of an AR parent too. */
export interface TextTokenizer {
  /** tokens, added ones included; a model may have more rows than that */
  readonly vocabSize: number;
  readonly special: TextSpecialIds;
  /** the chat template (Jinja) of the tokenizer's folder, null where there is none */
  readonly chatTemplate: string | null;
  /** spellings that chat templates refer to: bos_token, eos_token and so on, as far as they are named */
  readonly namedTokens: Readonly<Record<string, string>>;
  /** for what else its files decide, such as rendering the template */
  readonly within: TimeLimit;
  /**
   * Ids of a text; special tokens written out in it are recognised, none is added unless asked for.
   * @throws UserError when a word is not in a closed vocabulary
   */
  encode(text: string, options?: EncodeTextOptions): Int32Array;
  /**
   * Text of ids. Ids beyond the vocabulary (padded rows of a model)
   * and bytes cut in half give no letters (U+FFFD for the latter).
   */
  decode(ids: Int32Array | readonly number[], options?: DecodeTextOptions): string;
  /** spelling of one token, byte-level marks (Ġ for a space) included; "<row n>" beyond the vocabulary */
  tokenOf(id: number): string;
  /** id of a token by its spelling; undefined when there is none */
  idOf(token: string): number | undefined;
}

/** A tokenizer of a masked-diffusion model: it has a mask. */
export interface Tokenizer extends TextTokenizer {
  readonly special: SpecialIds;
}

export interface EncodeTextOptions {
  /** add what the tokenizer's own rule puts at the ends, such as Llama's begin of text (default false) */
  readonly ends?: boolean;
}

export interface DecodeTextOptions {
  /** leave out special tokens (default false) */
  readonly skipSpecial?: boolean;
}

/** The same tokenizer, which has a mask. @throws UserError when it has none */
export function withMask(tokenizer: TextTokenizer, where: string): Tokenizer {
  const { special } = tokenizer;
  if (special.maskId !== null) return { ...tokenizer, special: { ...special, maskId: special.maskId } };
  throw new UserError(
    `tokenizer: ${where} has no mask token, which masked diffusion needs; set "mask_token" in its ` +
      "tokenizer_config.json.",
  );
}

/**
 * A tokenizer from parsed files, with or without a mask.
 * @param where named in errors, usually the folder
 * @param within ends what patterns of unknown origin would take too long for
 */
export function createTokenizer(
  files: TokenizerFiles,
  where: string,
  within: TimeLimit = unlimited,
): TextTokenizer {
  const { engine: inner, slowEncoding, slowDecoding } = construct(files, where, within);
  // A text that a pattern of unknown origin takes apart has a second, and more the longer it is.
  const timed = <T>(slow: boolean, length: number, work: () => T): T => {
    try {
      return slow ? within(1000 + length / 20, tooSlow(where), work) : work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `tokenizer: the tokenizer of ${where} fails on a text of length ${length} (${causeOf(error)}); ` +
          "use another tokenizer, or a shorter text.",
      );
    }
  };
  const special = specialIds(inner, files.config, where);
  const cleanUp = files.config.clean_up_tokenization_spaces === true;
  const decode = (ids: Int32Array | readonly number[], options: DecodeTextOptions = {}): string => {
    const known = Array.from(ids).filter(id => inner.id_to_token(id) !== undefined);
    if (known.length === 0) return "";
    const how = {
      skip_special_tokens: options.skipSpecial ?? false,
      clean_up_tokenization_spaces: cleanUp,
    };
    return timed(slowDecoding, known.length, () => inner.decode(known, how));
  };
  const { unknownId } = special;
  const unknown = unknownId === null ? undefined : inner.id_to_token(unknownId);
  const encode = (text: string, { ends = false }: EncodeTextOptions = {}): Int32Array => {
    const { ids } = timed(slowEncoding, text.length, () => inner.encode(text, { add_special_tokens: ends }));
    // Some tokenizers name the end token as unknown token too: written out, it is known.
    if (unknownId !== null && unknown !== undefined && ids.includes(unknownId) && !text.includes(unknown))
      throw unknownText(text, decode(ids.slice(0, ids.indexOf(unknownId))), where);
    return Int32Array.from(ids);
  };
  return {
    vocabSize: [...inner.get_vocab().keys()].filter(token => token !== undefined).length,
    special,
    chatTemplate: typeof files.config.chat_template === "string" ? files.config.chat_template : null,
    namedTokens: namedTokens(files.config),
    within,
    encode,
    decode,
    tokenOf: id => inner.id_to_token(id) ?? `<row ${id}>`,
    idOf: token => inner.token_to_id(token),
  };
}

interface Constructed {
  readonly engine: Engine;
  readonly slowEncoding: boolean;
  readonly slowDecoding: boolean;
}

/**
 * What adds tokens at the ends, where it is of the one kind
 * that models of today ship, and small; else nothing is added.
 */
function endsOf(json: unknown): unknown {
  const small = isJsonObject(json) && JSON.stringify(json).length < 10_000;
  if (!small) return null;
  if (json["type"] === "TemplateProcessing") return json;
  const parts = json["type"] === "Sequence" && Array.isArray(json["processors"]) ? json["processors"] : [];
  return parts.map(endsOf).find(part => part !== null) ?? null;
}

/** Everything is checked before the package sees it. */
function construct({ tokenizer, config }: TokenizerFiles, where: string, within: TimeLimit): Constructed {
  const { model, addedTokens } = checkVocabulary(tokenizer.model, tokenizer.added_tokens, where);
  const chain = (name: "normalizer" | "pre_tokenizer" | "decoder") =>
    checkChain(name, tokenizer[name], where);
  const [normalizer, preTokenizer, decoder] = [chain("normalizer"), chain("pre_tokenizer"), chain("decoder")];
  const checked: JsonObject = {
    normalizer: tokenizer.normalizer ?? null,
    pre_tokenizer: tokenizer.pre_tokenizer ?? null,
    decoder: tokenizer.decoder ?? null,
    ...{ model, added_tokens: addedTokens, post_processor: endsOf(tokenizer.post_processor) },
  };
  const size = sizeOf(model.vocab) + sizeOf(model.merges) + addedTokens.length;
  try {
    const engine = within(
      1000 + size / 50,
      tooSlow(where),
      () => new EngineClass(checked, engineConfig(config, where)),
    );
    if (addedTokens.some(token => token.single_word)) keepSingleWords(engine);
    return {
      engine,
      slowEncoding: normalizer.mayTakeLong || preTokenizer.mayTakeLong,
      slowDecoding: decoder.mayTakeLong,
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `tokenizer: the files of ${where} describe no tokenizer (${causeOf(error)}); fetch them again.`,
    );
  }
}

function sizeOf(table: unknown): number {
  return typeof table === "object" && table !== null ? Object.keys(table).length : 0;
}

function tooSlow(where: string): string {
  return (
    `tokenizer: a pattern in the tokenizer of ${where} takes too long on this text; use another ` +
    "tokenizer, or a shorter text."
  );
}

/** Special tokens that stand in no other file; a chat model has a few. */
const mostFurther = 4096;

/** What the package reads of tokenizer_config.json. */
function engineConfig(config: JsonObject, where: string): JsonObject {
  const further = config.additional_special_tokens ?? [];
  if (!Array.isArray(further) || further.length > mostFurther)
    throw new UserError(
      `tokenizer: tokenizer_config.json of ${where} has additional_special_tokens=${quote(further)}, ` +
        `where a list of at most ${mostFurther} is needed; correct it.`,
    );
  return {
    additional_special_tokens: further.map(contentOf).filter(content => content !== null),
    eos_token: contentOf(config.eos_token),
    remove_space: config.remove_space === true,
    do_lowercase_and_remove_accent: config.do_lowercase_and_remove_accent === true,
  };
}

/** Spellings of the mask token in repositories whose configuration names none (LLaDA's is `<|mdm_mask|>`). */
const maskSpellings = ["<|mask|>", "<|mdm_mask|>", "[MASK]", "<mask>"];

function specialIds(inner: Engine, config: JsonObject, where: string): TextSpecialIds {
  const idOf = (token: string | null) => (token === null ? null : (inner.token_to_id(token) ?? null));
  const named = (name: string) => idOf(contentOf(config[name]));
  const maskId = named("mask_token") ?? idOf(maskSpellings.find(s => idOf(s) !== null) ?? null);
  const eosId = named("eos_token") ?? idOf("<|endoftext|>");
  if (eosId === null) {
    throw new UserError(`tokenizer: ${where} has no end token; set "eos_token" in tokenizer_config.json.`);
  }
  const unknownId = named("unk_token");
  return { maskId, eosId, padId: named("pad_token") ?? eosId, bosId: named("bos_token"), unknownId };
}

/** The error for text outside a closed vocabulary, quoting the word at which it leaves it. */
function unknownText(text: string, before: string, where: string): UserError {
  const word = text.slice(before.length).trim().split(/\s/)[0];
  return new UserError(
    `tokenizer: ${quote(word)} in ${quote(text)} is not in the vocabulary of ${where}; use its ` +
      "words, or a tokenizer that can spell everything.",
  );
}
