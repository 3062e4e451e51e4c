/** Figures as files and pictures, drawn by the real Plotly in a real Chromium where there is one. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import { galleryHtml } from "../../src/lib/page/gallery.js";
import { figureHtml } from "../../src/lib/page/figure-page.js";
import { captionText } from "../../src/lib/figures/spec.js";
import { chromiumFlags, findChromium } from "../../src/lib/setup/chromium.js";
import { plotlyFile, readFigure, renderFigures } from "../../src/lib/notebooks/render.js";
import { saveFigure } from "../../src/lib/notebooks/save-figure.js";
import { exampleFigures } from "../figures/example-figures.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "figures-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const read = (name: string) => readFileSync(join(dir, name), "utf8");
const executable = findChromium();

describe("without Chromium", () => {
  test("a figure is data and page, and a note says why there is no picture", async () => {
    vi.stubEnv("CHROMIUM", "/nowhere/chromium");
    const { name, bundle, note } = await saveFigure(exampleFigures[3], { outDir: dir });
    expect(note).toMatch(/No Chromium was found.*install one or set CHROMIUM/);
    expect(existsSync(join(dir, `${name}.svg`))).toBe(false);
    expect(Object.keys(bundle.data)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(readFigure(join(dir, `${name}.json`)).title).toBe(exampleFigures[3].title);
    expect(read("plotly.min.js")).toBe(readFileSync(plotlyFile, "utf8"));
    expect(await renderFigures([join(dir, `${name}.json`)], dir)).toEqual({ rendered: [], note });
  });

  test("a program that is no browser is a note, not a crash", async () => {
    vi.stubEnv("CHROMIUM", "/bin/false");
    const { note } = await renderFigures([exampleFigures[3]], dir);
    expect(note).toMatch(/^\/bin\/false does not start .*set CHROMIUM to one that does/);
  });

  test("a file that holds no figure is refused", () => {
    writeFileSync(join(dir, "other.json"), "{}");
    expect(() => readFigure(join(dir, "other.json"))).toThrow("holds no figure of this project");
    expect(() => readFigure(join(dir, "absent.json"))).toThrow("cannot be read");
  });
});

describe.skipIf(executable === undefined)("with Chromium (install one, or set CHROMIUM, if skipped)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: chromiumFlags });
  });
  afterAll(() => browser?.close());

  const open = async (width: number, file: string) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(`file://${join(dir, file)}`);
    return page;
  };

  test("equal figures give equal bytes, alone or after another", async () => {
    const [first, second] = [exampleFigures[5], exampleFigures[6]];
    await renderFigures([first, second], dir);
    const files = [".svg", ".narrow.svg", ".png"].map(suffix => join(dir, second.name + suffix));
    const before = files.map(file => readFileSync(file, "base64"));
    await renderFigures([second], dir);
    expect(files.map(file => readFileSync(file, "base64"))).toEqual(before);
    expect(read(`${second.name}.svg`)).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  test("in a cell it is one output: interactive, picture and words", async () => {
    const saved = await saveFigure(exampleFigures[7], { outDir: dir });
    const data = saved.bundle.data as Record<string, string>;
    expect(Object.keys(data)).toEqual(["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
    expect(Buffer.from(data["image/png"], "base64").subarray(1, 4).toString()).toBe("PNG");
    expect(data["image/png"]).toBe(readFileSync(join(dir, `${saved.name}.png`), "base64"));
    expect(data["text/plain"]).toBe(`${exampleFigures[7].title}. ${captionText(exampleFigures[7].caption)}`);
  });

  // The narrowest page of each of the two layouts is the hardest.
  test.each([720, 340])("no text overlaps or is cut off at %i px", async width => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.setContent('<!doctype html><body style="margin:0"><div id="figure"></div>');
    await page.addScriptTag({ path: plotlyFile });
    for (const spec of exampleFigures) {
      const layout = width >= 720 ? spec.layout : spec.narrowLayout;
      const job = JSON.stringify({ data: spec.data, layout: { ...layout, width } });
      expect(await page.evaluate(clashes, job), `${spec.name} at ${width} px`).toEqual([]);
    }
    await page.close();
  });

  test("a page draws itself, and redraws for a phone; without plotly.min.js it shows the picture", async () => {
    copyFileSync(plotlyFile, join(dir, "plotly.min.js"));
    const figure = exampleFigures[0];
    writeFileSync(join(dir, "page.html"), figureHtml(figure));
    const page = await open(1280, "page.html");
    await page.waitForSelector("#figure .main-svg");
    expect(await page.locator("#figure").evaluate(div => div.clientHeight)).toBe(figure.layout.height);
    await page.setViewportSize({ width: 400, height: 900 });
    await expect
      .poll(() => page.locator("#figure").evaluate(div => div.clientHeight))
      .toBe(figure.narrowLayout.height);
    expect(await scrollWidth(page)).toBe(400);
    rmSync(join(dir, "plotly.min.js"));
    await page.reload();
    expect(await page.locator("main").innerText()).toContain("plotly.min.js is not beside this page");
    expect(await page.locator("main").innerText()).toContain("Source: data/runs/f3-standard-0");
    await page.close();
  });

  test("the gallery fits a phone and a desk: no sideways scrolling, every picture there", async () => {
    await renderFigures(exampleFigures.slice(0, 2), dir);
    const claim = (figure: string): JudgedClaim => ({
      ...{
        id: figure.toUpperCase(),
        chapter: "order",
        figure,
        statement: "Models adapted from AR score higher.",
        verdict: "holds",
      },
      ...{
        citation: "DiffuCoder §4.2, Fig. 3 left",
        published: "0.7 to 0.8",
        criterion: "the interval lies above 0",
      },
      ...{ hash: "0123456789abcdef", fixed: "2026-11-30", theorem: false, seedsAre: "training seed" },
      ...{ measured: 0.12, lower: 0.05, upper: 0.19, seeds: 3, n: 128, detail: "x".repeat(120) },
      ...{ scope: "under leftmost ties only", p: 0.01, pHolm: 0.2 },
    });
    const pictures = exampleFigures.slice(0, 2).map(({ name, title, caption }) => {
      const files = { html: `${name}.html`, svg: `${name}.svg`, narrowSvg: `${name}.narrow.svg` };
      return { name, title, caption: captionText(caption), ...files };
    });
    writeFileSync(
      join(dir, "index.html"),
      galleryHtml(
        pictures.map(p => claim(p.name)),
        pictures,
      ),
    );
    for (const width of [400, 1280]) {
      const page = await open(width, "index.html");
      expect(await scrollWidth(page)).toBe(width);
      for (const image of await page.locator("img").all()) {
        await image.scrollIntoViewIfNeeded();
        await expect
          .poll(() => image.evaluate(i => (i as HTMLImageElement).naturalWidth))
          .toBe(width < 720 ? 400 : 840);
      }
      await page.close();
    }
  });
});

function scrollWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

/**
 * Runs in the browser: draws the figure and names every pair of texts that overlap, and every text cut off.
 */
async function clashes(job: string): Promise<string[]> {
  const { data, layout } = JSON.parse(job) as { data: object; layout: { width: number; height: number } };
  const place = document.getElementById("figure")!;
  const { Plotly } = globalThis as unknown as {
    Plotly: Record<string, (...args: object[]) => Promise<void>>;
  };
  await Plotly.newPlot(place, data, layout, { staticPlot: true });
  const kinds =
    ".gtitle, .annotation-text, .legendtext, .xtick text, .ytick text, .xtitle, .ytitle, .cbaxis text";
  const texts = [...place.querySelectorAll(kinds)].filter(node => node.textContent !== "");
  const boxes = texts.map(node => ({
    text: node.textContent.slice(0, 40),
    box: node.getBoundingClientRect(),
  }));
  const found: string[] = [];
  for (const [i, { text, box }] of boxes.entries()) {
    if (box.left < 0 || box.top < 0 || box.right > layout.width || box.bottom > layout.height)
      found.push(`cut: ${text}`);
    for (const other of boxes.slice(i + 1)) {
      const apart =
        box.right <= other.box.left + 0.5 ||
        other.box.right <= box.left + 0.5 ||
        box.bottom <= other.box.top + 2 ||
        other.box.bottom <= box.top + 2;
      if (!apart) found.push(`overlap: ${text} / ${other.text}`);
    }
  }
  return found;
}
