/** Text in figures: what fits a line, and names that Plotly must not read as tags. */
import { describe, expect, test } from "vitest";
import { composeFigure } from "../../src/lib/figures/compose.js";
import { curvesFigure } from "../../src/lib/figures/curves.js";
import { wrapText } from "../../src/lib/figures/text.js";

describe("wrapText", () => {
  test("breaks at spaces, cuts only words that are too long, loses nothing", () => {
    const text = "a caption of some words and/one/path/that/is/far/too/long/for/any/line";
    const lines = wrapText(text, 120, 12);
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(16);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    expect(lines[0]).toBe("a caption of");
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
