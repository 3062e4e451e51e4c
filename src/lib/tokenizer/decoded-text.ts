/**
 * Decoded ids as text for people: up to the end, token by token, without special tokens and broken letters.
 */
import type { TextTokenizer } from "./tokenizer.js";

/** A letter has at most four bytes, and a token at least one. */
const longestLetter = 4;

/** Tokens before the first end token; all of them without one. */
export function lengthToEnd(ids: ArrayLike<number>, endTokenIds: readonly number[]): number {
  for (let i = 0; i < ids.length; i++) if (endTokenIds.includes(ids[i])) return i;
  return ids.length;
}

/**
 * The text that each token adds; special tokens add none. A letter whose
 * bytes are spread over several tokens comes with the last of them.
 */
export function textPieces(
  ids: readonly number[],
  tokenizer: Pick<TextTokenizer, "decode">,
): readonly string[] {
  let pending: number[] = [];
  return ids.map((id, i) => {
    pending.push(id);
    const text = tokenizer.decode(pending, { skipSpecial: true });
    const unfinished = text.endsWith("\ufffd") && pending.length < longestLetter && i < ids.length - 1;
    if (unfinished) return "";
    pending = [];
    return text;
  });
}
