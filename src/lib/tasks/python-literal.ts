/** Text into Python source without a way out of its quotes. */

/**
 * A Python string literal, ASCII only, for any text: quotes, backslashes, line
 * ends, NULs and lone surrogates are escaped. JSON's escapes mean the same in
 * Python but for characters beyond the BMP, which Python writes as one.
 */
export function pythonLiteral(text: string): string {
  return JSON.stringify(text).replace(/[\u{7f}-\u{10ffff}]/gu, character => {
    const code = character.codePointAt(0) as number;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
