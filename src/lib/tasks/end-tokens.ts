/** Tokens that end a text for a tokenizer and stand in it where somebody decoded without leaving them out. */

const endToken =
  /<[|｜](?:im_end|eo[dmst](?:_id)?|end(?:[ofmasktexurn▁_]*|[▁_]of[▁_]\w+)|pad|dlm_pad|return)[|｜]>|<\/s>|<(?:eos|pad|end_of_turn)>/giu;

/**
 * The text before its first end token, or all of it. A token within quotes on its own line is part of a
 * program; what follows an end token is not part of the answer.
 */
export function withoutEndTokens(text: string): string {
  for (const match of text.matchAll(endToken)) {
    const index = match.index;
    const line = text.slice(text.lastIndexOf("\n", index - 1) + 1, index);
    if (!opensString(line)) return text.slice(0, index);
  }
  return text;
}

/** Whether a line of Python ends inside a string that began on it. */
function opensString(line: string): boolean {
  return /["']/.test(line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, ""));
}
