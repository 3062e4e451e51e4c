/**
 * Encoding, decoding and the chat template of the tokenizer beside the file (layout: dream-tiny's README).
 */
import { dirname } from "node:path";
import { chatPrompt, type ChatMessage } from "../tokenizer/chat.js";
import { type TextTokenizer } from "../tokenizer/tokenizer.js";
import { loadTokenizer } from "../checkpoints/tokenizer-file.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, tolerances, type Finding } from "./finding.js";

export function checkTokenizer({ path, name, fields }: CaseFile): CheckResult[] {
  return compareTokenizer(loadTokenizer(dirname(path)), name, fields);
}

/** Of an AR parent, which has no mask. */
export function checkParentTokenizer({ path, name, fields }: CaseFile): CheckResult[] {
  return compareTokenizer(loadTokenizer(dirname(path), { mask: "optional" }), name, fields);
}

/** Of an a2d model: its special ids too. */
export function checkA2dTokenizer({ path, name, fields }: CaseFile): CheckResult[] {
  const tokenizer = loadTokenizer(dirname(path));
  const { maskId, eosId, padId, bosId } = tokenizer.special;
  const names = ["mask_token_id", "eos_token_id", "pad_token_id", "vocabulary_with_added"];
  const special = countDifferent(
    [maskId, eosId, padId, tokenizer.vocabSize],
    names.map(key => fields.number(key)),
  );
  // A tokenizer that names no first token has the padding in its place, in dllm.
  const bos = fields.has("bos_token_id") && (bosId ?? padId) !== fields.number("bos_token_id") ? 1 : 0;
  const tolerance = tolerances.identical;
  return [
    {
      name: `${name} special ids`,
      quantity: "mask, end, padding, first",
      difference: special + bos,
      tolerance,
    },
    ...compareTokenizer(tokenizer, name, fields),
  ];
}

/** Every part of the layouts that the file has. */
export function compareTokenizer(tokenizer: TextTokenizer, name: string, fields: Fields): CheckResult[] {
  const finding = (what: string, quantity: string, difference: number): Finding => {
    return { name: `${name} ${what}`, quantity, difference, tolerance: tolerances.identical };
  };
  const some = (key: string) => (fields.has(key) ? fields.list(key) : []);
  const chats = [
    ...(fields.has("chat_template") ? [fields.child("chat_template")] : []),
    ...some("chat_templates"),
  ];
  return [
    ...some("encode").map(c => {
      const differ = differencesOfText(tokenizer, c);
      return finding(`encode ${quoted(c.text("text"))}`, "ids, tokens and both decoded texts", differ);
    }),
    ...some("decode_ids").map((c, i) => {
      const differ = differencesOfDecoding(tokenizer, c.numbers("ids"), c);
      return finding(`decode_ids ${i}`, `texts of ${c.numbers("ids").length} ids`, differ);
    }),
    ...chats.map((c, i) =>
      chatTemplate(tokenizer, c, `chat_template${chats.length > 1 ? ` ${i}` : ""}`, finding),
    ),
  ];
}

/**
 * Where ids without special tokens stand apart, the others
 * are those with what the tokenizer puts at the ends.
 */
function differencesOfText(tokenizer: TextTokenizer, c: Fields): number {
  const apart = c.has("ids_without_special");
  const ids = Array.from(tokenizer.encode(c.text("text"), { ends: apart }));
  const spelled = ids.map(id => tokenizer.tokenOf(id));
  const plain = apart
    ? countDifferent(tokenizer.encode(c.text("text")), c.numbers("ids_without_special"))
    : 0;
  return (
    plain +
    countDifferent(ids, c.numbers("ids")) +
    countDifferent(spelled, c.texts("tokens")) +
    differencesOfDecoding(tokenizer, c.numbers("ids"), c)
  );
}

function differencesOfDecoding(tokenizer: TextTokenizer, ids: readonly number[], c: Fields): number {
  const texts = [tokenizer.decode(ids), tokenizer.decode(ids, { skipSpecial: true })];
  return countDifferent(texts, [c.text("decoded"), c.text("decoded_skip_special")]);
}

function chatTemplate(
  tokenizer: TextTokenizer,
  c: Fields,
  what: string,
  finding: (what: string, quantity: string, difference: number) => Finding,
): Finding {
  const messages = c.list("messages").map(m => ({ role: m.text("role"), content: m.text("content") }));
  const variables = c.has("options") ? (c.raw("options") as Readonly<Record<string, unknown>>) : undefined;
  const text = chatPrompt(tokenizer, messages as ChatMessage[], c.flag("add_generation_prompt"), variables);
  const ids = tokenizer.encode(text);
  const differ = countDifferent([text], [c.text("text")]) + countDifferent(ids, c.numbers("ids"));
  return finding(what, `text and ${ids.length} ids`, differ);
}

function quoted(text: string): string {
  const whole = JSON.stringify(text);
  return whole.length <= 40 ? whole : `${whole.slice(0, 37)}..."`;
}
