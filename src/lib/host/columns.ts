/**
 * Lines of cells as a table in plain text: every column as wide as its widest cell.
 * @param flushRightFrom the first column that is flush right, as all after it are
 */
export function inColumns(lines: readonly (readonly string[])[], flushRightFrom = Infinity): string {
  const widths = lines[0].map((_, i) => Math.max(...lines.map(line => line[i].length)));
  const padded = (cell: string, i: number) =>
    i < flushRightFrom ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
  return lines.map(line => line.map(padded).join("  ").trimEnd()).join("\n");
}
