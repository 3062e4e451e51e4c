/** A completion as lines of fragments: a token is one fragment or, where it holds line breaks, several. */
import type { Recording } from "../lib/instrument.js";

export interface Fragment {
  readonly position: number;
  readonly text: string;
  /** the fragment that carries the token's rank and takes the focus */
  readonly first: boolean;
  /** space at the start of a line, which is drawn as such */
  readonly indent: boolean;
}

export function linesOf({
  tokens,
  length,
}: Pick<Recording, "tokens" | "length">): readonly (readonly Fragment[])[] {
  const lines: Fragment[][] = [[]];
  tokens.slice(0, length).forEach((token, position) => {
    const parts = token.split("\n");
    let first = true;
    parts.forEach((part, i) => {
      if (i > 0) lines.push([]);
      const breaks = i < parts.length - 1;
      const indent = i > 0 && !breaks && part.trim() === "";
      const text = indent
        ? part
        : breaks
          ? `${part}↵`
          : part.trim() === ""
            ? part.replaceAll(" ", "·")
            : part;
      if (text === "" && !(first && !breaks)) return;
      lines.at(-1)?.push({ position, text: text === "" ? "∅" : text, first: first && !indent, indent });
      first = false;
    });
  });
  return lines.filter((line, i) => line.length > 0 || i < lines.length - 1);
}

/** A token in a line of its own: signs for what cannot be seen. */
export function signs(text: string): string {
  if (/^\n +$/.test(text)) return `↵ +${text.length - 1}`;
  return /^ +$/.test(text) ? text.replaceAll(" ", "·") : text.replaceAll("\n", "↵");
}

/** A token in words, as a screen reader says it. */
export function spoken(text: string): string {
  if (text === "\n") return "line break";
  if (/^\n +$/.test(text)) return `line break and ${text.length - 1} spaces`;
  if (/^ +$/.test(text)) return text.length === 1 ? "space" : `${text.length} spaces`;
  return text.replaceAll("\n", "↵");
}
