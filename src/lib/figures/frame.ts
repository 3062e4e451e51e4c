/**
 * The frame of a composed figure: its title and its caption. Another title moves what stands below it; a page
 * that says both itself shows the figure without them.
 */
import { captionHeight, titleLayout } from "./compose.js";
import { captionText, type FigureSpec, type Json, type PlotlyLayout } from "./spec.js";
import { narrowPage, widePage, type PageSize } from "./theme.js";

/** The same figure under another title, its old one kept as what it shows. */
export function withTitle(spec: FigureSpec, title: string): FigureSpec {
  const retitled = (layout: PlotlyLayout, page: PageSize): PlotlyLayout => {
    const [before, after] = [titleLayout(spec.title, page), titleLayout(title, page)];
    return { ...resized(layout, after.height - before.height, 0), title: after.layout };
  };
  return {
    ...spec,
    title,
    layout: retitled(spec.layout, widePage),
    narrowLayout: retitled(spec.narrowLayout, narrowPage),
  };
}

/** Layouts without title and caption, for a page that says them in its own type. */
export function bare(spec: FigureSpec): Pick<FigureSpec, "layout" | "narrowLayout"> {
  const cut = (layout: PlotlyLayout, page: PageSize): PlotlyLayout => {
    const annotations = layout.annotations as readonly Json[];
    const below = captionHeight(captionText(spec.caption), page);
    const smaller = resized(layout, margin - titleLayout(spec.title, page).height, margin - below);
    return { ...smaller, title: { text: "" }, annotations: annotations.slice(0, -1) };
  };
  return { layout: cut(spec.layout, widePage), narrowLayout: cut(spec.narrowLayout, narrowPage) };
}

/** What is left above and below a bare figure, in pixels. */
const margin = 4;

/** More or less room above and below the panels, in pixels; what is placed from the top keeps its place. */
function resized(layout: PlotlyLayout, top: number, bottom: number): PlotlyLayout {
  const before = layout.height as number;
  const height = Math.round(before + top + bottom);
  const box = layout.margin as { readonly t: number; readonly b: number };
  const moved = (y: number) => 1 - ((1 - y) * before + top) / height;
  const legend = layout.legend as { readonly y: number };
  const axis = layout.coloraxis as { readonly colorbar: { readonly y: number } } | undefined;
  const bar = axis && { coloraxis: { ...axis, colorbar: { ...axis.colorbar, y: moved(axis.colorbar.y) } } };
  return {
    ...layout,
    ...(bar as Record<string, Json> | undefined),
    height,
    margin: { ...box, t: Math.round(box.t + top), b: Math.round(box.b + bottom) },
    legend: { ...legend, y: moved(legend.y) },
  };
}
