/**
 * Text that came from elsewhere (files, models, programs) made fit to be shown: no escape sequence, control
 * character or reversed writing reaches a terminal, and a message stays one line of bounded length.
 */

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, what reverses or hides letters, lone
 * surrogates. Escape sequences begin with the first or with one of C1.
 */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * The same text with every unprintable character spelled out (an escape as \x1b); line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(unprintable, character =>
    character === "\n" || character === "\t" ? character : spellOut(character),
  );
}

/** One line: runs of white space become one space, the rest as in `printable`. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s+/g, " "));
}

/** Cut in the middle, so that where it starts and how it ends both stay. @param most at least 3 characters */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor((most - 3) / 2);
  const head = most - 3 - tail;
  return `${text.slice(0, head)}...${text.slice(text.length - tail)}`.replace(loneSurrogates, "?");
}

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function spellOut(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Longest rendering of a value inside a message. */
const mostQuoted = 80;

/**
 * Any value as an error quotes it: JSON, on one line,
 * shortened; never throws, however deep or large the value is.
 */
export function quote(value: unknown): string {
  return shorten(printableLine(outline(value, 3)), mostQuoted);
}

/**
 * JSON down to a depth, of the first few entries;
 * JSON.stringify would walk all of it, and overflow the stack.
 */
function outline(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, mostQuoted));
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Array.isArray(value) ? value.slice(0, mostEntries) : firstEntries(value);
  const open = Array.isArray(value) ? "[]" : "{}";
  if (entries.length === 0) return open;
  if (depth === 0) return `${open[0]}...${open[1]}`;
  const inside = Array.isArray(value)
    ? entries.map(item => outline(item, depth - 1))
    : (entries as [string, unknown][]).map(
        ([key, item]) => `${JSON.stringify(shorten(key, 30))}:${outline(item, depth - 1)}`,
      );
  return `${open[0]}${inside.join(",")}${open[1]}`;
}

const mostEntries = 8;

function firstEntries(value: object): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const key in value) {
    if (found.length === mostEntries) break;
    found.push([key, (value as Record<string, unknown>)[key]]);
  }
  return found;
}
