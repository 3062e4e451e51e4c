/** Text in figures: Plotly does not wrap, so lines are broken here by an estimate of their width. */

/** Mean width of a character, in units of the font size; DejaVu Sans is the widest of the fonts used. */
const characterWidth = 0.62;

/** Estimated width in pixels. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * characterWidth;
}

/** Lines that fit into `width` pixels; a word that is too long by itself is cut. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const most = Math.max(8, Math.floor(width / (fontSize * characterWidth)));
  const words = text.split(/\s+/).flatMap(word => word.match(new RegExp(`.{1,${most}}`, "gu")) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Escaped for HTML text and attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, character => entities[character]);
}

/** Escaped for Plotly's text attributes, which read a few HTML tags but no quotes. */
export function escapePlotly(text: string): string {
  return text.replace(/[&<>]/g, character => escapeHtml(character));
}
