/**
 * What stands in a panel beside its traces: shaded stretches, lines of reference, names of points and curves.
 */
import { axesOf, type EndLabels, type Panel } from "./panel.js";
import type { Json } from "./spec.js";
import { escapePlotly, wrapText } from "./text.js";
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

/** What a shaded stretch and a line of reference are. */
export function notesOf(
  { shade, reference, notes: points = [] }: Panel,
  index: number,
  page: PageSize,
): Json[] {
  const { xaxis, yaxis } = axesOf(index);
  const font = { size: page.captionSize - 1, color: faintInk };
  const within = {
    ...{ xref: xaxis, yref: `${yaxis} domain` },
    y: 1,
    yanchor: "top",
    showarrow: false,
    font,
  };
  // half of the narrowest panel: a name stands on the side where there is room
  const lines = (text: string) => wrapText(text, page.minWidth * 0.45, page.captionSize).map(escapePlotly);
  const notes: Json[] = points.map(({ x, y, text, side }) => ({
    ...{ xref: xaxis, yref: yaxis, x, y, text: lines(text).join("<br>"), showarrow: false, yanchor: "top" },
    align: side === "right" ? "left" : "right",
    ...{ xanchor: side === "right" ? "left" : "right", xshift: side === "right" ? 7 : -7, yshift: -2 },
    font: { size: page.captionSize, color: ink },
    bgcolor: translucent(paper, 0.75),
  }));
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
