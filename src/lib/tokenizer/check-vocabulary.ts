/**
 * The vocabulary of a tokenizer.json: ids that are ids, no two tokens of one id, merges of tokens that are
 * there. All of it before the package makes tables as long as the largest id.
 */
import { UserError } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quote } from "../core/plain-text.js";

/** The largest published vocabularies have a quarter of a million tokens. */
const mostTokens = 1_000_000;
const largestId = 2_000_000;
const longestToken = 2000;
/** Of a Unigram vocabulary and of added tokens, which become trees with a node a letter. */
const mostTreeLetters = 2_500_000;
const mostAdded = 16_384;

type Refuse = (what: string) => UserError;
type Model = Readonly<Record<string, unknown>>;

/** The model of a tokenizer.json, with its type written out, and its added tokens with all flags. */
export interface CheckedVocabulary {
  readonly model: Model;
  readonly addedTokens: readonly AddedToken[];
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly special: boolean;
  readonly normalized: boolean;
}

/**
 * @param where the folder, for the error
 * @throws UserError naming token, id and rule
 */
export function checkVocabulary(model: unknown, added: unknown, where: string): CheckedVocabulary {
  const refuse = (what: string) =>
    new UserError(`tokenizer: the tokenizer of ${where} ${what}; correct it or fetch the file again.`);
  if (!isJsonObject(model)) throw refuse("has no model, so its files describe no tokenizer");
  const type = modelType(model, refuse);
  const ids = new Map<number, string>();
  const tokens = type === "Unigram" ? unigramTokens(model, refuse) : tableTokens(model, refuse);
  for (const [token, id] of tokens) {
    checkToken(token, id, refuse);
    const other = ids.get(id);
    if (other !== undefined)
      throw refuse(`gives the tokens ${quote(other)} and ${quote(token)} the same id ${id}`);
    ids.set(id, token);
  }
  checkTexts(model, refuse);
  if (type === "BPE") checkMerges(model, refuse);
  if (type === "WordPiece") checkWordPiece(model, refuse);
  return { model: { ...model, type }, addedTokens: addedTokens(added, ids, refuse) };
}

const modelTypes = ["BPE", "WordPiece", "Unigram"];

/** Old files name no type; what they hold tells. */
function modelType(model: Model, refuse: Refuse): string {
  const { type, vocab, merges } = model;
  if (type === undefined || type === null)
    return Array.isArray(vocab) ? "Unigram" : merges === undefined ? "WordPiece" : "BPE";
  if (typeof type === "string" && modelTypes.includes(type)) return type;
  throw refuse(`has a model of type ${quote(type)}, where ${modelTypes.join(", ")} are supported`);
}

/** {token: id}, one after the other. */
function tableTokens({ vocab }: Model, refuse: Refuse): readonly (readonly [string, unknown])[] {
  if (!isJsonObject(vocab)) throw refuse(`has ${quote(vocab)} as vocab, where an object of ids is needed`);
  const entries = Object.entries(vocab);
  if (entries.length === 0 || entries.length > mostTokens)
    throw refuse(`has ${entries.length} tokens, where 1 to ${mostTokens} are supported`);
  return entries;
}

/** [[token, log-probability]], ids by position. */
function unigramTokens({ vocab, unk_id: unknown }: Model, refuse: Refuse): [string, unknown][] {
  if (!Array.isArray(vocab) || vocab.length === 0 || vocab.length > mostTokens)
    throw refuse(`has a Unigram vocab that is no list of 1 to ${mostTokens} tokens`);
  let letters = 0;
  const tokens = (vocab as readonly unknown[]).map((entry, id): [string, unknown] => {
    const [token, score] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof token !== "string" || typeof score !== "number" || !Number.isFinite(score))
      throw refuse(`has ${quote(entry)} in its Unigram vocab, where [token, score] is needed`);
    letters += token.length;
    return [token, id];
  });
  if (letters > mostTreeLetters) throw refuse(`has a Unigram vocab of more than ${mostTreeLetters} letters`);
  if (new Set(tokens.map(([token]) => token)).size < tokens.length)
    throw refuse("has a token twice in its Unigram vocab");
  const valid = Number.isInteger(unknown) && (unknown as number) >= 0 && (unknown as number) < vocab.length;
  if (!valid) throw refuse(`has unk_id=${quote(unknown)}, where an index into its Unigram vocab is needed`);
  return tokens;
}

function checkToken(token: string, id: unknown, refuse: Refuse): asserts id is number {
  if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) > largestId)
    throw refuse(
      `gives the token ${quote(token)} the id ${quote(id)}, where a whole number from 0 to ` +
        `${largestId} is needed`,
    );
  if (token.length > longestToken)
    throw refuse(`has a token of ${token.length} characters, where at most ${longestToken} are supported`);
}

const texts = ["unk_token", "continuing_subword_prefix", "continuing_subword_suffix", "end_of_word_suffix"];
const flags = ["fuse_unk", "byte_fallback", "ignore_merges"];

function checkTexts(model: Model, refuse: Refuse): void {
  for (const key of texts) {
    const value = model[key] ?? "";
    if (typeof value !== "string" || value.length > longestToken)
      throw refuse(`has ${key}=${quote(value)}, where a text or null is needed`);
  }
  for (const key of flags)
    if (typeof (model[key] ?? false) !== "boolean")
      throw refuse(`has ${key}=${quote(model[key])}, where true or false is needed`);
}

/** A merge whose parts or whole are no tokens would lose text in silence. */
function checkMerges({ vocab, merges, continuing_subword_prefix: mark }: Model, refuse: Refuse): void {
  if (!Array.isArray(merges) || merges.length > mostTokens)
    throw refuse(`has merges that are no list of at most ${mostTokens} pairs`);
  const table = vocab as Readonly<Record<string, unknown>>;
  const prefix = typeof mark === "string" ? mark.length : 0;
  const asPairs = Array.isArray(merges[0]);
  for (const merge of merges as readonly unknown[]) {
    const pair: unknown = asPairs ? merge : typeof merge === "string" ? merge.split(" ") : null;
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      !pair.every(part => typeof part === "string" && part !== "")
    )
      throw refuse(`has the merge ${quote(merge)}, where a pair of tokens is needed`);
    const [first, second] = pair as [string, string];
    const lost = [first, second, first + second.slice(prefix)].find(token => !Object.hasOwn(table, token));
    if (lost !== undefined)
      throw refuse(
        `has the merge ${quote(`${first} ${second}`)}, and ${quote(lost)} is not in its vocabulary`,
      );
  }
}

function checkWordPiece(
  { vocab, unk_token: unknown, max_input_chars_per_word: most }: Model,
  refuse: Refuse,
): void {
  if (typeof unknown !== "string" || !Object.hasOwn(vocab as object, unknown))
    throw refuse(`has unk_token=${quote(unknown)}, where a token of its WordPiece vocabulary is needed`);
  const longest = most ?? 100;
  if (!Number.isInteger(longest) || (longest as number) < 1 || (longest as number) > 1000)
    throw refuse(
      `has max_input_chars_per_word=${quote(most)}, where a whole number from 1 to 1000 is needed`,
    );
}

/** Added tokens stand beside the vocabulary; one that stands in it too has the same id there. */
function addedTokens(added: unknown, ids: ReadonlyMap<number, string>, refuse: Refuse): AddedToken[] {
  const list = added ?? [];
  if (!Array.isArray(list) || list.length > mostAdded)
    throw refuse(`has added_tokens that are no list of at most ${mostAdded} tokens`);
  const seen = new Map<number, string>();
  let letters = 0;
  return (list as readonly unknown[]).map(entry => {
    if (!isJsonObject(entry))
      throw refuse(`has ${quote(entry)} among its added_tokens, where an object is needed`);
    const { id, content } = entry;
    if (typeof content !== "string" || content === "")
      throw refuse(`has an added token with content=${quote(content)}, where a text is needed`);
    checkToken(content, id, refuse);
    letters += content.length;
    if (letters > mostTreeLetters) throw refuse(`has added tokens of more than ${mostTreeLetters} letters`);
    const other = seen.get(id) ?? ids.get(id) ?? content;
    if (other !== content)
      throw refuse(`gives the tokens ${quote(other)} and ${quote(content)} the same id ${id}`);
    seen.set(id, content);
    const special = flagOf(entry, "special", false, refuse);
    return {
      ...{ id, content, special },
      single_word: flagOf(entry, "single_word", false, refuse),
      lstrip: flagOf(entry, "lstrip", false, refuse),
      rstrip: flagOf(entry, "rstrip", false, refuse),
      normalized: flagOf(entry, "normalized", !special, refuse),
    };
  });
}

function flagOf(entry: Model, key: string, absent: boolean, refuse: Refuse): boolean {
  const value = entry[key] ?? absent;
  if (typeof value === "boolean") return value;
  throw refuse(`has an added token with ${key}=${quote(value)}, where true or false is needed`);
}
