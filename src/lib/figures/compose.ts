/**
 * Panels -> figure: places title, legend, small multiples and caption by
 * pixels, once for wide pages and once for phones, so that nothing overlaps
 * or is cut off at either. What the panels show is the callers' business.
 */
import { endNotes, notesOf, referenceOf, shadeOf } from "./panel-notes.js";
import { axesOf, type EndLabels, type Panel } from "./panel.js";
import {
  captionText,
  type FigureCaption,
  type FigureSpec,
  type Json,
  type PlotlyLayout,
  type PlotlyTrace,
} from "./spec.js";
import { escapePlotly, textWidth, wrapText } from "./text.js";
import { axisTheme, faintInk, fontFamily, ink, narrowPage, paper, widePage, type PageSize } from "./theme.js";

export interface FigureParts {
  readonly name: string;
  readonly title: string;
  /** row by row */
  readonly panels: readonly Panel[];
  /** panels side by side on a wide page */
  readonly columns: number;
  /** height of a panel relative to the theme's */
  readonly panelScale?: number;
  /** room for what stands left of the panels, in pixels, where the theme's does not fit */
  readonly leftRoom?: number;
  /** panels of a row have the same y axis: only the first shows its labels */
  readonly sharedY?: boolean;
  /** for traces whose colours refer to `coloraxis` */
  readonly colorBar?: ColorBar;
  readonly traces: readonly PlotlyTrace[];
  readonly endLabels?: EndLabels;
  readonly caption: FigureCaption;
  /** for bars and the like */
  readonly layout?: PlotlyLayout;
}

/** A colour scale shared by all panels, explained under the title. */
export interface ColorBar {
  readonly title: string;
  readonly scale: string | readonly (readonly [number, string])[];
  readonly range: readonly [number, number];
  readonly ticks?: { readonly values: readonly number[]; readonly texts: readonly string[] };
}

const colorBarHeight = 40;
/** Share of the narrowest page that the bar takes; its title stands beside it. */
const colorBarLength = 0.3;
const edge = 14;

/** Height of tick labels and title below a panel, in pixels; nearly none where no axis is shown. */
function axisHeightOf(panels: readonly Panel[]): number {
  return panels.some(panel => panel.xTitle !== "") ? 50 : 12;
}

/** Composes a figure from panels (drawn on axes x1/y1, x2/y2 ...; see `axesOf`) and traces. */
export function composeFigure(parts: FigureParts): FigureSpec {
  const { name, title, traces, caption, columns } = parts;
  const layout = pageLayout(parts, Math.min(columns, parts.panels.length), roomy(widePage, parts));
  const data = traces.map(withPlainNames);
  return { name, title, data, layout, narrowLayout: pageLayout(parts, 1, roomy(narrowPage, parts)), caption };
}

/**
 * Legends and categories are letters: Plotly would read tags in
 * them, links too. Its own `text` each trace escapes itself.
 */
function withPlainNames(trace: PlotlyTrace): PlotlyTrace {
  const letters = (item: Json): Json => (typeof item === "string" ? escapePlotly(item) : item);
  const plain = (value: Json | undefined): Json | undefined => {
    if (!Array.isArray(value)) return value === undefined ? value : letters(value);
    const items: readonly Json[] = value;
    return items.some(item => typeof item === "string") ? items.map(letters) : items;
  };
  const keys = ["name", "x", "y"].filter(key => trace[key] !== undefined);
  return { ...trace, ...Object.fromEntries(keys.map(key => [key, plain(trace[key])])) };
}

function roomy(page: PageSize, { leftRoom = page.left, endLabels }: FigureParts): PageSize {
  const names = page.minWidth === narrowPage.minWidth ? [] : (endLabels?.labels ?? []);
  const right = Math.max(page.right, ...names.map(({ text }) => textWidth(text, page.textSize) + 12));
  return { ...page, left: Math.ceil(leftRoom), right: Math.ceil(right) };
}

/** A title at the top left, and the height that it takes, in pixels. */
export function titleLayout(
  title: string,
  page: PageSize,
): { readonly layout: Json; readonly height: number } {
  const lines = wrapText(title, page.minWidth - 2 * edge, page.titleSize * 1.13); // bold is wider
  const layout = {
    text: `<b>${lines.map(escapePlotly).join("<br>")}</b>`,
    font: { size: page.titleSize },
    ...{ x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top" },
    // Plotly lifts a title of several lines by most of a line
    pad: { l: edge, t: edge + (lines.length > 1 ? 0.7 * page.titleSize : 0) },
  };
  return { layout, height: edge + lines.length * page.titleSize * 1.35 };
}

/** What a caption takes below the axes, in pixels. */
export function captionHeight(caption: string, page: PageSize): number {
  return (
    wrapText(caption, page.minWidth - 2 * edge, page.captionSize).length * page.captionSize * 1.45 + edge
  );
}

function pageLayout(parts: FigureParts, columns: number, page: PageSize): PlotlyLayout {
  const textRoom = page.minWidth - 2 * edge;
  const title = titleLayout(parts.title, page);
  const captionLines = wrapText(captionText(parts.caption), textRoom, page.captionSize);
  const panelHeight = page.panelHeight * (parts.panelScale ?? 1);
  const ends = page.minWidth === narrowPage.minWidth ? undefined : parts.endLabels;
  const legend = ends === undefined ? legendSize(parts.traces, page) : { height: 0, entries: {} };
  const grid = panelGrid(parts, columns, page);
  const titleBottom = title.height;
  const legendBottom = titleBottom + legend.height;
  const top = legendBottom + (parts.colorBar ? colorBarHeight : 0) + grid.headingHeight;
  const axisHeight = axisHeightOf(parts.panels);
  const bottom = axisHeight + captionHeight(captionText(parts.caption), page);
  const height = Math.round(top + grid.height + bottom);
  const bar = parts.colorBar && colorBarParts(parts.colorBar, legendBottom, top, height, page);
  return {
    autosize: true,
    height,
    margin: { l: page.left, r: page.right, t: Math.round(top), b: Math.round(bottom), pad: 0 },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { family: fontFamily, size: page.textSize, color: ink },
    title: title.layout,
    showlegend: legend.height > 0,
    legend: {
      orientation: "h",
      x: 0,
      xanchor: "left",
      y: 1 - (titleBottom + 2) / height,
      yref: "container",
      yanchor: "top",
      ...legend.entries,
      font: { size: page.textSize },
      itemwidth: legendItemWidth,
      tracegroupgap: 0,
    },
    ...bar?.layout,
    hovermode: "closest",
    ...parts.layout,
    ...grid.axes,
    shapes: parts.panels.flatMap((panel, index) => [...shadeOf(panel, index), ...referenceOf(panel, index)]),
    annotations: [
      ...grid.titles,
      ...(bar?.titles ?? []),
      ...parts.panels.flatMap((panel, index) => notesOf(panel, index, panelHeight, page)),
      ...(ends === undefined ? [] : endNotes(ends, panelHeight, page)),
      captionAnnotation(captionLines, axisHeight, page),
    ],
  };
}

/** Length of the piece of line that a legend shows: enough to tell dashes apart. */
const legendItemWidth = 44;
/** Between one entry of a legend and the next. */
const legendGap = 12;

/**
 * Every entry of a horizontal legend gets the same width, beside its piece of line and the gaps: in pixels
 * where one row holds them all, else a fraction of the page, so that wider pages have as many rows.
 */
function legendSize(traces: readonly PlotlyTrace[], page: PageSize) {
  const names = traces.flatMap(t => (t.showlegend === true && typeof t.name === "string" ? [t.name] : []));
  if (names.length === 0) return { height: 0, entries: {} };
  const width = Math.ceil(Math.max(...names.map(name => textWidth(name, page.textSize)))) + 6;
  const room = page.minWidth - page.left - page.right;
  const fits = (extra: number) =>
    Math.max(1, Math.floor((room + extra) / (width + legendItemWidth + legendGap)));
  const inOneRow = names.length <= fits(0);
  const perRow = inOneRow ? names.length : fits(legendGap);
  const rows = Math.ceil(names.length / perRow);
  const entries = inOneRow
    ? { entrywidth: width, entrywidthmode: "pixels" }
    : // Plotly breaks a row that is quite full
      { entrywidth: (1 - legendGap / room) / perRow, entrywidthmode: "fraction" };
  return { height: rows * (page.textSize * 1.3 + 3.5) + 8, entries };
}

/** The bar at the left under the legend, its title to the right of it. Lengths from the top, in pixels. */
function colorBarParts(colorBar: ColorBar, from: number, top: number, height: number, page: PageSize) {
  const { title, scale, range, ticks } = colorBar;
  const font = { size: page.textSize - 1 };
  const length = Math.round(colorBarLength * (page.minWidth - page.left - page.right));
  // Labels stand centred at the bar's ends: half of the first one and of the last one stick out.
  const [outLeft, outRight] = [ticks?.texts.at(0), ticks?.texts.at(-1)].map(
    label => textWidth(label ?? "", font.size) / 2,
  );
  const start = Math.max(0, Math.ceil(outLeft) - page.left + 4);
  const titleStart = start + length + 24 + Math.max(0, Math.ceil(outRight) - 16);
  const titleRoom = page.minWidth - page.left - titleStart - edge;
  const named = ticks && {
    tickmode: "array",
    tickvals: ticks.values,
    ticktext: ticks.texts.map(escapePlotly),
  };
  const place = {
    x: 0,
    xanchor: "left",
    xpad: start,
    y: 1 - from / height,
    yref: "container",
    yanchor: "top",
    ypad: 6,
  };
  const size = {
    orientation: "h",
    lenmode: "pixels",
    len: length + 2 * start,
    thickness: 10,
    outlinewidth: 0,
  };
  const colorbar = { ...place, ...size, ...named, tickfont: font };
  const label = {
    text: wrapText(title, titleRoom, font.size).map(escapePlotly).join("<br>"),
    align: "left",
    ...{ x: 0, y: 1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "middle" },
    ...{ xshift: titleStart, yshift: Math.round(top - from - 12), showarrow: false, font },
  };
  const coloraxis = { colorscale: scale, cmin: range[0], cmax: range[1], colorbar };
  return { layout: { coloraxis }, titles: [label] };
}

/** Domains of the axes, and the panels' titles above them. */
function panelGrid(parts: FigureParts, columns: number, page: PageSize) {
  const { panels, panelScale = 1, sharedY = false } = parts;
  const rows = Math.ceil(panels.length / columns);
  const width = page.minWidth - page.left - page.right;
  const columnGap = columns > 1 ? Math.min(0.3 / (columns - 1), (sharedY ? 24 : page.left) / width) : 0;
  const panelWidth = (1 - columnGap * (columns - 1)) / columns;
  const headings = panels.map(panel => wrapText(panel.title, panelWidth * width, page.textSize * 1.06));
  const headingHeight = Math.max(...headings.map(lines => lines.length)) * page.textSize * 1.35 + 12;
  const [panelHeight, gap] = [page.panelHeight * panelScale, axisHeightOf(panels) + headingHeight];
  const height = rows * panelHeight + (rows - 1) * gap;
  const axes: Record<string, Json> = {};
  const titles: Json[] = [];
  for (const [index, panel] of panels.entries()) {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const left = column * (panelWidth + columnGap);
    const top = 1 - (row * (panelHeight + gap)) / height;
    const { xaxis, yaxis } = axesOf(index);
    const sameAsLeft = column > 0 && panels[index - 1].yTitle === panel.yTitle;
    const heading = { size: page.textSize };
    axes[xaxis.replace("x", "xaxis")] = {
      ...axisTheme(page),
      ...panel.x,
      domain: [left, left + panelWidth],
      anchor: yaxis,
      title: { text: escapePlotly(panel.xTitle), font: heading, standoff: 6 },
    };
    axes[yaxis.replace("y", "yaxis")] = {
      ...axisTheme(page),
      ...panel.y,
      domain: [Math.max(0, top - panelHeight / height), top],
      anchor: xaxis,
      ...(sharedY && column > 0 ? { showticklabels: false } : {}),
      title: { text: sameAsLeft ? "" : escapePlotly(panel.yTitle), font: heading, standoff: 6 },
    };
    if (panel.title !== "") titles.push(panelTitle(headings[index], left, top, page));
  }
  return { height, headingHeight, axes, titles };
}

function panelTitle(lines: readonly string[], x: number, y: number, page: PageSize): Json {
  const text = `<b>${lines.map(escapePlotly).join("<br>")}</b>`;
  const anchors = { xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", align: "left" };
  return { text, x, y, ...anchors, yshift: 4, showarrow: false, font: { size: page.textSize, color: ink } };
}

function captionAnnotation(lines: readonly string[], axisHeight: number, page: PageSize): Json {
  return {
    text: lines.map(escapePlotly).join("<br>"),
    x: 0,
    y: 0,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "top",
    xshift: edge - page.left,
    yshift: -axisHeight,
    align: "left",
    showarrow: false,
    font: { size: page.captionSize, color: faintInk },
  };
}
