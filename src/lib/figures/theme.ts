/** The look that all figures share: colours that colour-blind readers can tell apart, type sizes, axes. */
import type { Json } from "./spec.js";

/** Okabe and Ito's palette, without its yellow, which is too faint on white. */
export const seriesColors = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
] as const;
/** A second cue beside colour. */
export const seriesSymbols = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star"] as const;
export const lineDashes = ["solid", "dash", "dot", "dashdot"] as const;

export const ink = "#1a1a1a";
export const faintInk = "#4d4d4d";
export const gridColor = "#e3e3e3";
export const paper = "#ffffff";
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";
export const monospace = "DejaVu Sans Mono, Consolas, Menlo, monospace";

/** Sequential, even in lightness and safe for colour-blind readers; dark is small. */
export const sequentialScale = "Cividis";

/**
 * The order of unmasking, indigo first to cream last: lightness
 * only rises, so that the order can be read without telling hues apart.
 */
export const orderColors = [
  "#3a2d8c",
  "#653a9e",
  "#95469a",
  "#c1558b",
  "#e37071",
  "#f49a62",
  "#fbc87f",
  "#fcecb4",
] as const;

/** Of what is not what a figure speaks of. */
export const restColor = "#b4b4bc";

/** A colour dark enough to write in. */
export function inkOf(color: string): string {
  return mixColors([color, "#000000"], 0.28);
}

/** Everything that differs between a wide page and a phone. Lengths in pixels. */
export interface PageSize {
  /** narrowest page that the layout must fit: text is wrapped for it */
  readonly minWidth: number;
  /** width of the static picture; the wide one fits a cell of JupyterLab, whose renderer does not scale it */
  readonly pictureWidth: number;
  readonly titleSize: number;
  readonly textSize: number;
  readonly captionSize: number;
  readonly panelHeight: number;
  readonly left: number;
  readonly right: number;
}

export const widePage: PageSize = {
  minWidth: 720,
  pictureWidth: 840,
  titleSize: 17,
  textSize: 13,
  captionSize: 12,
  panelHeight: 250,
  left: 68,
  right: 18,
};

export const narrowPage: PageSize = {
  minWidth: 340,
  pictureWidth: 400,
  titleSize: 15,
  textSize: 12,
  captionSize: 11,
  panelHeight: 210,
  left: 60,
  right: 14,
};

/** Attributes that every axis has. */
export function axisTheme(size: PageSize): Record<string, Json> {
  return {
    showline: true,
    linecolor: faintInk,
    gridcolor: gridColor,
    zeroline: false,
    ticks: "outside",
    ticklen: 4,
    tickcolor: faintInk,
    tickangle: 0,
    tickfont: { size: size.textSize - 1 },
    fixedrange: false,
  };
}

/** "#rrggbb" as rgba with the given opacity. */
export function translucent(hex: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** Position in [0, 1] on a list of colours, linear between neighbours, as "#rrggbb". */
export function mixColors(colors: readonly string[], share: number): string {
  const at = Math.min(Math.max(share, 0), 1) * (colors.length - 1);
  const low = Math.min(Math.floor(at), colors.length - 2);
  const channel = (hex: string, k: number) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mixed = [0, 1, 2].map(k => {
    const [from, to] = [channel(colors[low], k), channel(colors[low + 1], k)];
    return Math.round(from + (to - from) * (at - low));
  });
  return `#${mixed.map(value => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever reads better on the colour (WCAG relative luminance). */
export function readableOn(hex: string): "#000000" | "#ffffff" {
  const linear = [1, 3, 5].map(at => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
