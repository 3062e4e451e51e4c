/** A figure as a page of its own: interactive, offline, with a picture or words where Plotly cannot run. */
import { captionText, type FigureSpec } from "../figures/spec.js";
import { escapeHtml } from "../figures/text.js";
import { fontFamily, ink, paper, widePage } from "../figures/theme.js";

/** Names of picture files beside the page, where there are any. */
export interface FigurePictures {
  readonly svg?: string;
  /** for phones */
  readonly narrowSvg?: string;
}

/** What Plotly is told beside data and layout. */
export const plotlyConfig = { responsive: true, displaylogo: false } as const;

/**
 * The page's HTML. It loads `plotly.min.js`, which must lie beside it, and nothing else; without scripts, or
 * without that file, it shows the picture, or the caption where there is none.
 */
export function figureHtml(spec: FigureSpec, pictures: FigurePictures = {}): string {
  const { title, data, layout, narrowLayout } = spec;
  const json = JSON.stringify({ data, layout, narrowLayout }).replaceAll("<", "\\u003c");
  const fallback = pictureHtml(title, pictures) + `<p>${escapeHtml(captionText(spec.caption))}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body { margin: 0; background: ${paper}; color: ${ink}; font: 15px/1.5 ${fontFamily}; }
main { max-width: 1280px; margin: 0 auto; padding: 8px; box-sizing: border-box; }
img { max-width: 100%; height: auto; }
#figure { width: 100%; }
</style>
</head>
<body>
<main>
<div id="figure" role="img" aria-label="${escapeHtml(title)}"></div>
<noscript><h1>${escapeHtml(title)}</h1>${fallback}</noscript>
<template id="fallback"><h1>${escapeHtml(title)}</h1><p>The file plotly.min.js is not beside this page.</p>${fallback}</template>
</main>
<script src="plotly.min.js"></script>
<script>
const spec = ${json};
const place = document.getElementById("figure");
const narrow = window.matchMedia("(max-width: ${widePage.minWidth + 16}px)");
function draw() {
  Plotly.react(place, spec.data, narrow.matches ? spec.narrowLayout : spec.layout, ${JSON.stringify(plotlyConfig)});
}
if (window.Plotly) {
  draw();
  narrow.addEventListener("change", draw);
} else place.replaceWith(document.getElementById("fallback").content);
</script>
</body>
</html>
`;
}

/** The picture that fits the page, or nothing. */
export function pictureHtml(title: string, { svg, narrowSvg }: FigurePictures): string {
  if (svg === undefined) return "";
  const image = `<img src="${escapeHtml(svg)}" alt="${escapeHtml(title)}" loading="lazy">`;
  if (narrowSvg === undefined) return image;
  const phone = `<source media="(max-width: ${widePage.minWidth - 1}px)" srcset="${escapeHtml(narrowSvg)}">`;
  return `<picture>${phone}${image}</picture>`;
}
