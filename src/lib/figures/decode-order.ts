/**
 * F10: decoded text coloured by the order in which its tokens were unmasked, dark first, pale last, with the
 * rank of each; as HTML to stand in a cell, and as a figure with pictures.
 */
import { UserError } from "../core/errors.js";
import { composeFigure } from "./compose.js";
import { axesOf, type Panel } from "./panel.js";
import { captionOf, type FigureSource, type FigureSpec, type Json, type PlotlyTrace } from "./spec.js";
import { escapeHtml, escapePlotly } from "./text.js";
import { faintInk, mixColors, monospace, orderColors, readableOn, widePage } from "./theme.js";

/** One completion, its tokens as text in reading order. */
export interface DecodedSample {
  /** e.g. "T 0.2" */
  readonly label: string;
  /** [C] texts, which joined give the completion */
  readonly tokens: readonly string[];
  /** [C] at which rank, from 0, each was unmasked */
  readonly rank: readonly number[];
}

export interface DecodeOrderOptions {
  readonly name: string;
  readonly title: string;
}

export const decodeOrderDefaults: DecodeOrderOptions = {
  name: "f10-decode-order",
  title: "The order of unmasking",
};

/** An HTML fragment without scripts or styles of its own; hovering a token tells its rank, from 1. */
export function orderHtml(tokens: readonly string[], rank: readonly number[]): string {
  checkRanks("orderHtml", tokens, rank);
  const spans = tokens.map((token, i) => {
    const color = mixColors(orderColors, shareOf(rank[i], tokens.length));
    const style = `background:${color};color:${readableOn(color)}`;
    const [first, ...rest] = visible(token).split("\n");
    const number = `<sub style="font-size:0.6em;opacity:0.8">${rank[i] + 1}</sub>`;
    const open = `<span title="${rank[i] + 1} of ${tokens.length}" style="${style}">`;
    const further = rest.map(line => {
      const { indent, text } = indented(line);
      return `\n${indent}${text === "" ? "" : `${open}${escapeHtml(text)}</span>`}`;
    });
    return `${open}${escapeHtml(first)}${number}</span>${further.join("")}`;
  });
  const box = "white-space:pre-wrap;line-height:1.7;padding:8px;background:#ffffff;color:#1a1a1a";
  return `<pre style="${box}">${spans.join("")}</pre>`;
}

/** Characters that a line of a panel holds, at a size that can be read on a phone as well. */
const lineLength = 40;
/** Pixels from one line to the next: a rank and a token. */
const linePitch = 31;

/**
 * DiffuCoder Fig. 10: a panel per sample, side by side on a wide page; every token is a box in its order's
 * colour, its rank above it.
 */
export function decodeOrderFigure(
  samples: readonly DecodedSample[],
  source: FigureSource,
  options: Partial<DecodeOrderOptions> & { readonly seeds: number },
): FigureSpec {
  const { name, title, seeds } = { ...decodeOrderDefaults, ...options };
  if (samples.length === 0) throw new UserError(`figure ${name}: no samples; decode one first.`);
  const boxes = samples.map(placeTokens);
  const lines = Math.max(...boxes.map(b => b.lines));
  return composeFigure({
    name,
    title,
    panels: samples.map(sample => panelOf(sample.label, lines)),
    columns: Math.min(2, samples.length),
    panelScale: (lines * linePitch) / widePage.panelHeight,
    traces: samples.flatMap((sample, index) => [
      tokenTrace(sample, boxes[index], index),
      rankTrace(sample, boxes[index], index),
    ]),
    caption: captionOf([{ n: samples.length, seeds }], source),
    leftRoom: 14,
    colorBar: {
      title: "order of unmasking, with ranks",
      scale: orderColors.map((color, i) => [i / (orderColors.length - 1), color] as const),
      range: [0, 1],
      ticks: { values: [0, 0.5, 1], texts: ["first", "halfway", "last"] },
    },
    layout: { barmode: "overlay", bargap: 0.42 },
  });
}

type Placed = ReturnType<typeof placeTokens>;

interface PlacedToken {
  readonly index: number;
  readonly line: number;
  readonly from: number;
  readonly text: string;
}

/**
 * Where each token stands, in lines and columns of a monospaced text; one that a line has no room for begins
 * the next, and what a token has beyond a line break is a box of its own.
 */
function placeTokens({ label, tokens, rank }: DecodedSample) {
  checkRanks(`decodeOrderFigure ${label}`, tokens, rank);
  const placed: PlacedToken[] = [];
  let [line, column] = [0, 0];
  for (const [index, token] of tokens.entries()) {
    const [first, ...rest] = visible(token).split("\n");
    if (column > 0 && column + first.length > lineLength) [line, column] = [line + 1, 0];
    placed.push({ index, line, from: column, text: first });
    column += first.length;
    for (const further of rest) {
      [line, column] = [line + 1, further.length];
      const { indent, text } = indented(further);
      if (text !== "") placed.push({ index, line, from: indent.length, text });
    }
  }
  return { placed, lines: line + 1 };
}

function tokenTrace({ label, tokens, rank }: DecodedSample, { placed }: Placed, panel: number): PlotlyTrace {
  const shares = placed.map(({ index }) => shareOf(rank[index], tokens.length));
  const textColors = shares.map(share => readableOn(mixColors(orderColors, share)));
  return {
    type: "bar",
    orientation: "h",
    base: placed.map(token => token.from),
    x: placed.map(token => token.text.length),
    y: placed.map(token => token.line),
    text: placed.map(token => escapePlotly(token.text)),
    customdata: placed.map(({ index }) => rank[index] + 1),
    hovertemplate: `%{text}: unmasked %{customdata} of ${tokens.length}<extra></extra>`,
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    cliponaxis: false,
    insidetextfont: { family: monospace, size: 14, color: textColors },
    constraintext: "none",
    marker: { color: shares, coloraxis: "coloraxis", line: { color: "#ffffff", width: 1 } },
    meta: label,
    showlegend: false,
    ...axesOf(panel),
  };
}

function rankTrace({ rank }: DecodedSample, { placed }: Placed, panel: number): PlotlyTrace {
  return {
    type: "scatter",
    mode: "text",
    x: placed.map(token => token.from + token.text.length / 2),
    y: placed.map(token => token.line - 0.42),
    text: placed.map(({ index }) => String(rank[index] + 1)),
    textfont: { size: 7.5, color: faintInk },
    hoverinfo: "skip",
    showlegend: false,
    ...axesOf(panel),
  };
}

function panelOf(title: string, lines: number): Panel {
  const bare: Record<string, Json> = { showline: false, showgrid: false, showticklabels: false, ticks: "" };
  const x = { ...bare, range: [0, lineLength] };
  return { title, xTitle: "", yTitle: "", x, y: { ...bare, range: [lines - 0.5, -0.75] } };
}

/** 0 for the token unmasked first, 1 for the last. */
function shareOf(rank: number, of: number): number {
  return of > 1 ? rank / (of - 1) : 0;
}

function indented(line: string): { readonly indent: string; readonly text: string } {
  const text = line.trimStart();
  return { indent: line.slice(0, line.length - text.length), text };
}

/** Line breaks and spaces that a reader could not see as tokens get a sign, and so does padding. */
function visible(token: string): string {
  if (/^<\|?pad\|?>$/i.test(token)) return "▫";
  return token.trim() === "" ? token.replace(/^ /, "·").replace(/\n/, "↵\n") : token.replace(/\n/, "↵\n");
}

function checkRanks(where: string, tokens: readonly string[], rank: readonly number[]): void {
  const whole = [...rank].sort((a, b) => a - b).every((value, i) => value === i);
  if (rank.length !== tokens.length || !whole)
    throw new UserError(
      `${where}: ${tokens.length} tokens need the ranks 0 to ${tokens.length - 1}, each once; pass the ` +
        "inverse of order.",
    );
}
