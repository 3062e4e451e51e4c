/**
 * What stands in a panel beside its traces: shaded stretches, lines of reference, names of points and curves.
 */
import { axesOf, type EndLabels, type Panel } from "./panel.js";
import type { Json } from "./spec.js";
import { escapePlotly, textWidth, wrapText } from "./text.js";
import { faintInk, ink, paper, translucent, type PageSize } from "./theme.js";

export function shadeOf({ shade }: Panel, index: number): Json[] {
  if (shade === undefined) return [];
  const { xaxis, yaxis } = axesOf(index);
  const area = {
    type: "rect",
    xref: xaxis,
    yref: `${yaxis} domain`,
    x0: shade.from,
    x1: shade.to,
    y0: 0,
    y1: 1,
  };
  return [{ ...area, line: { width: 0 }, fillcolor: "#f1f1f1", layer: "below" }];
}

export function referenceOf({ reference }: Panel, index: number): Json[] {
  if (reference === undefined) return [];
  const { xaxis, yaxis } = axesOf(index);
  const line = {
    type: "line",
    xref: `${xaxis} domain`,
    yref: yaxis,
    x0: 0,
    x1: 1,
    y0: reference.at,
    y1: reference.at,
  };
  return [{ ...line, line: { color: faintInk, width: 1, dash: "dot" }, layer: "below" }];
}

/** What a shaded stretch, a line of reference and points are. */
export function notesOf(panel: Panel, index: number, panelHeight: number, page: PageSize): Json[] {
  const { shade, reference } = panel;
  const { xaxis, yaxis } = axesOf(index);
  const font = { size: page.captionSize - 1, color: faintInk };
  const within = {
    ...{ xref: xaxis, yref: `${yaxis} domain` },
    y: 1,
    yanchor: "top",
    showarrow: false,
    font,
  };
  const notes = pointNotes(panel, index, panelHeight, page);
  if (shade?.label !== undefined)
    notes.push({ ...within, x: (shade.from + shade.to) / 2, text: escapePlotly(shade.label) });
  if (reference !== undefined && reference.label !== "")
    notes.push({
      ...{
        xref: `${xaxis} domain`,
        x: 0.01,
        xanchor: "left",
        yref: yaxis,
        y: reference.at,
        yanchor: "bottom",
      },
      ...{ text: escapePlotly(reference.label), showarrow: false, font },
    });
  return notes;
}

/** Names at the ends of curves, pushed apart where they would overlap. */
export function endNotes({ panel, range, labels }: EndLabels, panelHeight: number, page: PageSize): Json[] {
  const pitch = page.textSize * 1.25;
  const fromTop = (at: number) => ((range[1] - at) / (range[1] - range[0])) * panelHeight;
  const placed = [...labels].sort((a, b) => b.at - a.at).map(label => ({ label, y: fromTop(label.at) }));
  const below = Math.max(0, panelHeight - (placed.length - 1) * pitch);
  for (const [i, one] of placed.entries()) one.y = Math.max(one.y, i === 0 ? 0 : placed[i - 1].y + pitch);
  for (const [i, one] of [...placed.entries()].reverse())
    one.y = Math.min(one.y, i === placed.length - 1 ? below + i * pitch : placed[i + 1].y - pitch);
  const { xaxis, yaxis } = axesOf(panel);
  return placed.map(({ label, y }) => ({
    ...{ xref: `${xaxis} domain`, x: 1, xanchor: "left", xshift: 7, yref: yaxis, yanchor: "middle" },
    ...{ y: label.at, yshift: Math.round(fromTop(label.at) - y), showarrow: false },
    ...{ text: escapePlotly(label.text), font: { size: page.textSize, color: label.color } },
  }));
}

/** Left, right, top and bottom in pixels of the panel. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Names of points: below or above, to the right or to the left; one that would meet another is left out. */
function pointNotes({ notes = [], x, y }: Panel, index: number, height: number, page: PageSize): Json[] {
  const width = page.minWidth - page.left - page.right;
  const scale = ({ range }: { readonly range?: Json }, size: number) => {
    const [low, high] = range as readonly [number, number];
    return (value: number) => ((value - low) / (high - low)) * size;
  };
  if (notes.length === 0 || x?.range === undefined || y?.range === undefined) return [];
  const [toX, toY] = [scale(x, width), scale(y, height)];
  const taken: Box[] = notes.map(point => around(toX(point.x), height - toY(point.y)));
  const { xaxis, yaxis } = axesOf(index);
  return notes.flatMap(point => {
    const lines = wrapText(point.text, page.minWidth * 0.45, page.captionSize);
    const size = {
      width: Math.max(...lines.map(line => textWidth(line, page.captionSize))),
      height: lines.length * page.captionSize * 1.3,
    };
    const [px, py] = [toX(point.x), height - toY(point.y)];
    const found = sides.find(side => isFree(boxAt(px, py, size, side), taken, width, height));
    if (found === undefined) return [];
    taken.push(boxAt(px, py, size, found));
    const [across, down] = found;
    return [
      {
        ...{ xref: xaxis, yref: yaxis, x: point.x, y: point.y, showarrow: false },
        ...{ xanchor: across > 0 ? "left" : "right", yanchor: down > 0 ? "top" : "bottom" },
        ...{ xshift: 7 * across, yshift: -3 * down, align: across > 0 ? "left" : "right" },
        text: lines.map(escapePlotly).join("<br>"),
        font: { size: page.captionSize, color: ink },
        bgcolor: translucent(paper, 0.75),
      },
    ];
  });
}

const sides = [
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;

function around(x: number, y: number): Box {
  return { left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 };
}

function boxAt(
  x: number,
  y: number,
  size: { readonly width: number; readonly height: number },
  [across, down]: (typeof sides)[number],
): Box {
  const [left, top] = [across > 0 ? x + 7 : x - 7 - size.width, down > 0 ? y + 3 : y - 3 - size.height];
  return { left, right: left + size.width, top, bottom: top + size.height };
}

function isFree(box: Box, taken: readonly Box[], width: number, height: number): boolean {
  const inside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
  const meets = (other: Box) =>
    box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
  return inside && !taken.some(meets);
}
