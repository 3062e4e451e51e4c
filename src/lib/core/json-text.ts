/** JSON as people's editors and other programs write it: a byte-order mark in front is none of the text. */

/** UTF-8 text without the byte-order mark that some editors put in front of it. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** @throws SyntaxError for what is no JSON */
export function parseJson(text: string): unknown {
  return JSON.parse(withoutByteOrderMark(text));
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** True of {...}, not of a list or null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The first name that stands twice in one object of a JSON
 * text; JSON.parse keeps the last of them in silence.
 * @param text that JSON.parse has accepted
 */
export function duplicateKey(text: string): string | undefined {
  // one set of names an open object, null for an open list
  const open: (Set<string> | null)[] = [];
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    const [token, colon] = found;
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
