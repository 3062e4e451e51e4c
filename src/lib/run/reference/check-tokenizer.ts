/** Encoding, decoding and the chat template of the tokenizer beside the file (layout: dream-tiny's README). */
import { dirname } from "node:path";
import { chatPrompt, type ChatMessage } from "../../tokenizer/chat.js";
import { loadTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, tolerances, type Finding } from "./finding.js";

export function checkTokenizer({ path, name, fields }: CaseFile): CheckResult[] {
  const tokenizer = loadTokenizer(dirname(path));
  const finding = (what: string, quantity: string, difference: number): Finding => {
    return { name: `${name} ${what}`, quantity, difference, tolerance: tolerances.identical };
  };
  return [
    ...fields.list("encode").map(c => {
      const differ = differencesOfText(tokenizer, c);
      return finding(`encode ${quoted(c.text("text"))}`, "ids, tokens and both decoded texts", differ);
    }),
    ...fields.list("decode_ids").map((c, i) => {
      const differ = differencesOfDecoding(tokenizer, c.numbers("ids"), c);
      return finding(`decode_ids ${i}`, `texts of ${c.numbers("ids").length} ids`, differ);
    }),
    ...(fields.has("chat_template") ? [chatTemplate(tokenizer, fields.child("chat_template"), finding)] : []),
  ];
}

function differencesOfText(tokenizer: Tokenizer, c: Fields): number {
  const ids = Array.from(tokenizer.encode(c.text("text")));
  const spelled = ids.map(id => tokenizer.tokenOf(id));
  return (
    countDifferent(ids, c.numbers("ids")) +
    countDifferent(spelled, c.texts("tokens")) +
    differencesOfDecoding(tokenizer, c.numbers("ids"), c)
  );
}

function differencesOfDecoding(tokenizer: Tokenizer, ids: readonly number[], c: Fields): number {
  const texts = [tokenizer.decode(ids), tokenizer.decode(ids, { skipSpecial: true })];
  return countDifferent(texts, [c.text("decoded"), c.text("decoded_skip_special")]);
}

function chatTemplate(
  tokenizer: Tokenizer,
  c: Fields,
  finding: (what: string, quantity: string, difference: number) => Finding,
): Finding {
  const messages = c.list("messages").map(m => ({ role: m.text("role"), content: m.text("content") }));
  const text = chatPrompt(tokenizer, messages as ChatMessage[], c.flag("add_generation_prompt"));
  const ids = tokenizer.encode(text);
  const differ = countDifferent([text], [c.text("text")]) + countDifferent(ids, c.numbers("ids"));
  return finding("chat_template", `text and ${ids.length} ids`, differ);
}

function quoted(text: string): string {
  const whole = JSON.stringify(text);
  return whole.length <= 40 ? whole : `${whole.slice(0, 37)}..."`;
}
