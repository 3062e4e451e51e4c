/** A figure's files in its folder, and the same figure as notebook output. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { captionText, plotlyConfig, roundNumbers, type FigureSpec } from "../figures/spec.js";
import { widePage } from "../figures/theme.js";
import { figuresFolder } from "../study/profile.js";
import { writePictures, type Pictures } from "./pictures.js";
import { renderShared } from "./shared-browser.js";

/** A notebook output: the richest form that the reader's program knows is shown. */
export interface FigureBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface SavedFigure {
  readonly name: string;
  readonly bundle: FigureBundle;
  /** why there is no picture, if there is none */
  readonly note?: string;
}

export interface SaveFigureOptions {
  /** by default the folder of the current profile's figures */
  readonly outDir: string;
}

/**
 * Writes NAME.json (numbers rounded to 6 significant digits) and, where there is a Chromium, NAME.svg,
 * NAME.narrow.svg and NAME.png.
 */
export async function saveFigure(
  figure: FigureSpec,
  options: Partial<SaveFigureOptions> = {},
): Promise<SavedFigure> {
  const { outDir = figuresFolder() } = options;
  const spec = roundNumbers(figure) as unknown as FigureSpec;
  const { name } = spec;
  mkdirSync(outDir, { recursive: true });
  const outcome = await renderShared(spec);
  const pictures = "note" in outcome ? undefined : outcome;
  if (pictures !== undefined) writePictures(name, pictures, outDir);
  writeFileSync(join(outDir, `${name}.json`), `${JSON.stringify(spec, null, 1)}\n`);
  return { name, bundle: figureBundle(spec, pictures), ...("note" in outcome && { note: outcome.note }) };
}

/** The figure for a cell, drawn and not kept: nothing is written. */
export async function drawFigure(figure: FigureSpec): Promise<SavedFigure> {
  const spec = roundNumbers(figure) as unknown as FigureSpec;
  const outcome = await renderShared(spec);
  if ("note" in outcome) return { name: spec.name, bundle: figureBundle(spec), note: outcome.note };
  return { name: spec.name, bundle: figureBundle(spec, outcome) };
}

/**
 * The figure as notebook output: interactive in JupyterLab, a picture in viewers without scripts, else words.
 */
export function figureBundle(spec: FigureSpec, pictures?: Pictures): FigureBundle {
  const { title, data, layout, caption } = spec;
  const picture = pictures && { "image/png": pictures.png.toString("base64") };
  return {
    data: {
      "application/vnd.plotly.v1+json": { data, layout, config: plotlyConfig },
      ...picture,
      "text/plain": `${title}. ${captionText(caption)}`,
    },
    // drawn at twice its size, for screens of many dots an inch
    metadata: pictures === undefined ? {} : { "image/png": { width: widePage.pictureWidth } },
  };
}

/** The one function of the kernel's module "tslab/dist/jupyter" that takes several forms at once. */
export interface NotebookKernelModule {
  readonly lastWriteDisplayData: (
    output: FigureBundle & { readonly transient: { readonly display_id?: string } },
    update: boolean,
  ) => void;
}
