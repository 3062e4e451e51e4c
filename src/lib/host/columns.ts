/** Lines of cells as a table in plain text: every column as wide as its widest cell. */
export function inColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, i) => Math.max(...lines.map(line => line[i].length)));
  const padded = (line: readonly string[]) => line.map((cell, i) => cell.padEnd(widths[i])).join("  ");
  return lines.map(line => padded(line).trimEnd()).join("\n");
}
