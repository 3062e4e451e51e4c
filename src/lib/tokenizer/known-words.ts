/** Which parts of a text a model sees: a tokenizer of a closed vocabulary drops what it has no token for. */
import { textPieces } from "./decoded-text.js";
import type { TextTokenizer } from "./tokenizer.js";

export interface Span {
  readonly text: string;
  readonly known: boolean;
}

/** The whole text in turn; neighbours differ in `known`. */
export function knownSpans(tokenizer: Pick<TextTokenizer, "encode" | "decode">, text: string): Span[] {
  const spans: Span[] = [];
  const add = (part: string, known: boolean) => {
    const last = spans.at(-1);
    if (part === "") return;
    if (last?.known === known) spans[spans.length - 1] = { text: last.text + part, known };
    else spans.push({ text: part, known });
  };
  let at = 0;
  for (const piece of textPieces(Array.from(tokenizer.encode(text)), tokenizer)) {
    const found = piece === "" ? -1 : text.indexOf(piece, at);
    if (found < 0) continue;
    add(text.slice(at, found), false);
    add(piece, true);
    at = found + piece.length;
  }
  add(text.slice(at), false);
  return spans;
}

/** Words of a text of which a closed vocabulary drops a part, each once; none where every text has tokens. */
export function unknownWords(tokenizer: Pick<TextTokenizer, "encode" | "decode">, text: string): string[] {
  // most vocabularies drop nothing, and one look at a long prompt says so
  if (tokenizer.decode(tokenizer.encode(text)) === text) return [];
  const dropped: boolean[] = [];
  for (const { text: part, known } of knownSpans(tokenizer, text)) {
    const isDropped = !known && part.trim() !== "" && tokenizer.encode(part.trim()).length === 0;
    dropped.push(...Array.from({ length: part.length }, () => isDropped));
  }
  const words = [...text.matchAll(/\S+/g)].filter(({ 0: word, index }) =>
    Array.from(word).some((_, i) => dropped[index + i]),
  );
  return [...new Set(words.map(([word]) => word))];
}
