/** Figures as files and pictures, drawn by the real Plotly in a real Chromium where there is one. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
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
  test("a figure is data, and a note says why there is no picture", async () => {
    vi.stubEnv("CHROMIUM", "/nowhere/chromium");
    const { name, bundle, note } = await saveFigure(exampleFigures[3], { outDir: dir });
    expect(note).toMatch(/No Chromium was found.*install one or set CHROMIUM/);
    expect(existsSync(join(dir, `${name}.svg`))).toBe(false);
    expect(Object.keys(bundle.data)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(readFigure(join(dir, `${name}.json`)).title).toBe(exampleFigures[3].title);
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
});

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
