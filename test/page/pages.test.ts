/** Text fitting, the page of a figure and the gallery, as text. */
import { describe, expect, test } from "vitest";
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import { composeFigure } from "../../src/lib/figures/compose.js";
import { curvesFigure } from "../../src/lib/figures/curves.js";
import { galleryHtml } from "../../src/lib/page/gallery.js";
import { figureHtml } from "../../src/lib/page/figure-page.js";
import { wrapText } from "../../src/lib/figures/text.js";
import { exampleFigures } from "../figures/example-figures.js";

const claim: JudgedClaim = {
  id: "F8",
  chapter: "training",
  figure: "f8-loss",
  statement: "The weighted loss explodes for t < 0.1 & is flat in between.",
  citation: "DiffuCoder Fig. 8",
  published: "rises steeply below t = 0.1",
  criterion: "ratio of the means above 2, interval above 1",
  measured: 2.34567,
  lower: 1.5,
  upper: 3.25,
  seeds: 3,
  n: 256,
  verdict: "does-not-hold",
  scope: "under leftmost ties only",
  hash: "0123456789abcdef",
  fixed: "2026-11-30",
  theorem: false,
  seedsAre: "training seed",
  p: 0.012,
  pHolm: 0.31,
  detail: "",
};
const drawn = { name: "f8-loss", title: "Loss by t", caption: "n = 256", html: "f8-loss.html" };

describe("wrapText", () => {
  test("breaks at spaces, cuts only words that are too long, loses nothing", () => {
    const text = "a caption of some words and/one/path/that/is/far/too/long/for/any/line";
    const lines = wrapText(text, 120, 12);
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(16);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    expect(lines[0]).toBe("a caption of");
  });
});

describe("a figure's page", () => {
  const html = figureHtml(exampleFigures[0], { svg: "f3.svg", narrowSvg: "f3.narrow.svg" });

  test("loads plotly.min.js from beside it and nothing from elsewhere", () => {
    const loaded = [...html.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(match => match[1]);
    expect(new Set(loaded)).toEqual(new Set(["plotly.min.js", "f3.svg", "f3.narrow.svg"]));
    expect(html).not.toMatch(/https?:\/\//);
  });

  test("shows picture and caption without scripts", () => {
    const fallback = /<noscript>(.*?)<\/noscript>/s.exec(html)![1];
    expect(fallback).toContain('<img src="f3.svg"');
    expect(fallback).toContain("Source: data/runs/f3-standard-0");
  });

  test("text that looks like a tag stays text", () => {
    const title = "</script><script>alert(1)</script>";
    const page = figureHtml({ ...exampleFigures[0], title, data: [{ type: "scatter", name: title }] });
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<script>alert");
  });
});

describe("names in figures", () => {
  const link = '<a href="https://example.org">out</a> & <b>bold</b>';
  const size = { n: 8, seeds: 1, mean: 1, lower: 0, upper: 2 };

  test("are letters for Plotly, which would read tags in legends, categories, panels and axes", () => {
    const rows = ["a", "b"].map(style => ({
      panel: link,
      series: `${link} ${style}`,
      style: link,
      x: 1,
      ...size,
    }));
    const figure = curvesFigure(
      rows,
      { source: [link], spread: link, unit: link, note: link },
      {
        name: "x",
        title: link,
        xTitle: link,
        yTitle: link,
      },
    );
    const drawn = figure.data.map(({ legendgroup: _, ...trace }) => trace); // a group is matched, not shown
    const texts = JSON.stringify([drawn, figure.layout, figure.narrowLayout]);
    expect(texts).toContain("&lt;a href");
    expect(texts).not.toMatch(/<(?!\/?b>|br>|\/?extra>)/);
  });

  test("of categories too", () => {
    const figure = composeFigure({
      ...{
        name: "x",
        title: "x",
        columns: 1,
        panels: [{ title: "", xTitle: "", yTitle: "", x: {}, y: {} }],
      },
      ...{ caption: { note: "", source: [], n: [1, 1], seeds: [1, 1], unit: "u", spread: "s" } as never },
      traces: [{ type: "bar", x: [link, "plain"], y: [1, 2], name: link }],
    });
    expect(figure.data[0].x).toEqual([expect.stringContaining("&lt;a href") as string, "plain"]);
    expect(figure.data[0].y).toEqual([1, 2]);
  });
});

describe("the gallery", () => {
  test("has for each claim the paper's number, ours with its interval, size, verdict and picture", () => {
    const html = galleryHtml([claim], [{ ...drawn, svg: "f8-loss.svg" }]);
    for (const part of [
      "explodes for t &lt; 0.1 &amp; is flat",
      "rises steeply below t = 0.1",
      "2.35 [1.5, 3.25]; 256 problems, 3 training seeds",
      "ratio of the means above 2",
      "DiffuCoder Fig. 8",
      ">does not hold</span>",
      '<img src="f8-loss.svg" alt="Loss by t"',
      'href="f8-loss.html"',
    ])
      expect(html).toContain(part);
    expect(html).toContain(
      "Of 1 claims, 0 hold, 1 do not hold, 0 show no difference that matters, 0 are inconclusive.",
    );
    expect(html).toContain("under leftmost ties only");
    expect(html).toContain("0.012, 0.31");
    expect(html).toContain("Stands since 2026-11-30, 0123456789abcdef.");
  });

  test("without a picture it links the interactive page and says the caption itself", () => {
    const html = galleryHtml([claim], [drawn]);
    expect(html).not.toContain("<img");
    expect(html).toContain("n = 256 <a href=");
  });

  test("a claim without its figure says so, a figure without a claim comes last", () => {
    const html = galleryHtml([claim], [{ ...drawn, name: "training-loss", title: "Training loss" }]);
    expect(html.indexOf("was not drawn in this run")).toBeLessThan(html.indexOf("Training loss"));
    expect(html).toContain("was not drawn in this run");
  });

  test("a measurement that is missing is shown as such", () => {
    expect(galleryHtml([{ ...claim, measured: NaN, lower: NaN, upper: NaN }], [])).toContain("– [–, –]");
  });

  test("depends on its input only, and on no other host", () => {
    const make = () => galleryHtml([claim], [drawn]);
    expect(make()).toBe(make());
    expect(make().replaceAll(claim.fixed, "")).not.toMatch(/https?:\/\/|<script|20\d\d-\d\d/);
  });
});
