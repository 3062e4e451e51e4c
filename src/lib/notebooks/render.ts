/**
 * Figures -> pictures: Plotly draws in a Chromium without network, one browser
 * for all figures. Plotly names parts of its SVG at random; here its random
 * numbers are seeded anew for every picture, so equal figures give equal bytes.
 */
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { bare } from "../figures/frame.js";
import { plotlyConfig, type FigureSpec, type PlotlyLayout } from "../figures/spec.js";
import { narrowPage, widePage } from "../figures/theme.js";
import { UserError } from "../core/errors.js";
import { parseJson } from "../core/json-text.js";
import { chromiumFlags, findChromium, noChromiumNote } from "../setup/chromium.js";
import { fromRoot } from "../host/package-root.js";
import { writePictures, type Pictures } from "./pictures.js";

export const plotlyFile = fromRoot("node_modules/plotly.js-dist-min/plotly.min.js");

/** A browser with Plotly loaded; from `openRenderer`. Render any number of figures, then `close` it. */
export class FigureRenderer {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  /** Figures are drawn one after another, however many are asked for at once. */
  render(spec: FigureSpec): Promise<Pictures> {
    const result = this.last.then(() => this.renderNow(spec));
    this.last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private async renderNow(spec: FigureSpec): Promise<Pictures> {
    const { layout, narrowLayout } = bare(spec);
    const wide = widePage.pictureWidth;
    return {
      svg: decodeSvg(await this.draw(spec.data, layout, wide, "svg")),
      narrowSvg: decodeSvg(await this.draw(spec.data, narrowLayout, narrowPage.pictureWidth, "svg")),
      png: Buffer.from((await this.draw(spec.data, spec.layout, wide, "png")).split(",")[1], "base64"),
    };
  }

  /** The picture as a data URL. */
  private draw(
    data: FigureSpec["data"],
    layout: PlotlyLayout,
    width: number,
    format: "svg" | "png",
  ): Promise<string> {
    const figure = { data, layout: { ...layout, width }, config: { ...plotlyConfig, staticPlot: true } };
    const options = { format, width, height: layout.height, scale: format === "png" ? 2 : 1 };
    return this.page.evaluate(drawInPage, JSON.stringify({ figure, options }));
  }
}

/** Starts a browser for figures, or says in one sentence why there is none. */
export async function openRenderer(): Promise<FigureRenderer | { readonly note: string }> {
  const executablePath = findChromium();
  if (executablePath === undefined) return { note: noChromiumNote };
  try {
    const { chromium } = await import("playwright-core"); // nearly a second of every process that draws nothing
    const browser = await chromium.launch({
      executablePath,
      args: chromiumFlags,
      handleSIGINT: false, // else Stop, which interrupts a cell, would end the kernel with its browser
    });
    const page = await browser.newPage({ viewport: { width: widePage.pictureWidth, height: 800 } });
    await page.setContent('<!doctype html><meta charset="utf-8"><body></body>');
    await page.addScriptTag({ path: plotlyFile });
    return new FigureRenderer(browser, page);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    return {
      note:
        `${executablePath} does not start (${why}), so figures have no pictures; set CHROMIUM to one ` +
        "that does.",
    };
  }
}

export interface RenderReport {
  /** names of the figures that now have .svg, .narrow.svg and .png files */
  readonly rendered: readonly string[];
  /** why there are no pictures, if there are none */
  readonly note?: string;
}

/**
 * Writes NAME.svg, NAME.narrow.svg and NAME.png into `outDir` for every figure, given as spec or as the path
 * of its .json. Without Chromium nothing is written and the report says why.
 */
export async function renderFigures(
  figures: readonly (FigureSpec | string)[],
  outDir: string,
): Promise<RenderReport> {
  const specs = figures.map(figure => (typeof figure === "string" ? readFigure(figure) : figure));
  const renderer = await openRenderer();
  if ("note" in renderer) return { rendered: [], note: renderer.note };
  mkdirSync(outDir, { recursive: true });
  try {
    for (const spec of specs) writePictures(spec.name, await renderer.render(spec), outDir);
  } finally {
    await renderer.close();
  }
  return { rendered: specs.map(spec => spec.name) };
}

/** Reads a figure written by `saveFigure`. Throws UserError when the file holds none. */
export function readFigure(path: string): FigureSpec {
  try {
    const spec = parseJson(readFileSync(path, "utf8")) as FigureSpec;
    if (Array.isArray(spec.data) && typeof spec.name === "string" && spec.narrowLayout !== undefined)
      return spec;
  } catch (error) {
    throw new UserError(
      `figure ${path}: cannot be read (${(error as Error).message}); name a figure's .json file.`,
    );
  }
  throw new UserError(`figure ${path}: holds no figure of this project; name one of figures/*.json.`);
}

function decodeSvg(url: string): string {
  return `${decodeURIComponent(url.slice(url.indexOf(",") + 1))}\n`;
}

/** Runs inside the browser: self-contained, because only its source text gets there. */
function drawInPage(job: string): Promise<string> {
  let state = 1;
  Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const { Plotly } = globalThis as unknown as {
    readonly Plotly: { toImage(figure: object, options: object): Promise<string> };
  };
  const { figure, options } = JSON.parse(job) as { readonly figure: object; readonly options: object };
  return Plotly.toImage(figure, options);
}
