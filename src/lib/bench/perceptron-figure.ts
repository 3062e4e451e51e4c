/** The perceptrons' times as a picture in SVG: a line a contestant, both axes logarithmic. */
import { availableParallelism, cpus } from "node:os";
import type { PerceptronRow } from "./perceptrons.js";

const [width, height] = [720, 420];
const area = { left: 70, right: 540, top: 56, bottom: 360 };
/** told apart without red and green */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#555555"];

/** Where a value lies between two others, on a logarithmic scale. */
const share = (value: number, low: number, high: number) => Math.log(value / low) / Math.log(high / low);

export function perceptronFigure(rows: readonly PerceptronRow[]): string {
  const widths = [...new Set(rows.map(row => row.width))];
  const modes = [...new Set(rows.map(row => row.mode))];
  const times = rows.map(({ fastest_us }) => fastest_us);
  const decade = (round: (x: number) => number, value: number) => 10 ** round(Math.log10(value));
  const [least, most] = [decade(Math.floor, Math.min(...times)), decade(Math.ceil, Math.max(...times))];
  const x = (n: number) =>
    area.left + share(n, widths[0], widths[widths.length - 1]) * (area.right - area.left);
  const y = (us: number) => area.bottom - share(us, least, most) * (area.bottom - area.top);
  const decades = Array.from({ length: Math.round(Math.log10(most / least)) + 1 }, (_, i) => least * 10 ** i);
  const lines = modes.map((mode, i) => {
    const own = rows.filter(row => row.mode === mode);
    const points = own.map(row => `${at(x(row.width))},${at(y(row.fastest_us))}`);
    const dots = points.map(point => `<circle cx="${point.replace(",", '" cy="')}" r="3.5"/>`).join("");
    return (
      `<g fill="${colours[i % colours.length]}" stroke="${colours[i % colours.length]}">` +
      `<polyline points="${points.join(" ")}" fill="none" stroke-width="2"/>${dots}</g>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(area.left, 22, "A training step of a perceptron: 64 features, 10 classes, 256 examples"),
    text(area.left, 40, `float32, ${machine()}; fastest run, time of a step`, 'font-size="11" fill="#555"'),
    ...decades.map(us => gridLine(y(us), inWords(us))),
    ...widths.map(n => text(x(n), area.bottom + 20, String(n), 'text-anchor="middle"')),
    text(
      (area.left + area.right) / 2,
      area.bottom + 42,
      "width of its two hidden layers",
      'text-anchor="middle"',
    ),
    ...lines,
    ...labels(modes, mode => y(lastOf(rows, mode))),
    "</svg>\n",
  ].join("\n");
}

const at = (value: number) => value.toFixed(1);

function lastOf(rows: readonly PerceptronRow[], mode: string): number {
  return rows.filter(row => row.mode === mode).at(-1)?.fastest_us ?? NaN;
}

function text(x: number, y: number, words: string, attributes = ""): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${at(x)}" y="${at(y)}" ${attributes}>${escaped}</text>`;
}

function gridLine(y: number, words: string): string {
  const line = `<line x1="${area.left}" x2="${area.right}" y1="${at(y)}" y2="${at(y)}" stroke="#ddd"/>`;
  return line + text(area.left - 8, y + 4, words, 'text-anchor="end"');
}

/** Names beside the lines' ends, pushed apart where they would lie on each other. */
function labels(modes: readonly string[], end: (mode: string) => number): string[] {
  let free = -Infinity;
  const placed = modes.map((mode, i) => ({ mode, i, y: end(mode) })).sort((a, b) => a.y - b.y);
  return placed.map(({ mode, i, y }) => {
    free = Math.max(free, y);
    const label = text(area.right + 10, free + 4, mode, `fill="${colours[i % colours.length]}"`);
    free += 17;
    return label;
  });
}

function inWords(us: number): string {
  if (us < 1000) return `${us} µs`;
  return us < 1e6 ? `${us / 1000} ms` : `${us / 1e6} s`;
}

function machine(): string {
  return `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}`;
}
