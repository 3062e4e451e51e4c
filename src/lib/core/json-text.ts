/** JSON as people's editors and other programs write it: a byte-order mark in front is none of the text. */

/** UTF-8 text without the byte-order mark that some editors put in front of it. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** @throws SyntaxError for what is no JSON */
export function parseJson(text: string): unknown {
  return JSON.parse(withoutByteOrderMark(text));
}

/** True of {...}, not of a list or null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
