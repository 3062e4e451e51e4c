/** F10: text coloured by order. */
import { describe, expect, test } from "vitest";
import { decodeOrderFigure, orderHtml } from "../../src/lib/figures/decode-order.js";
import { mixColors, orderColors, readableOn } from "../../src/lib/figures/theme.js";

const source = { source: ["data/runs/a-0"], spread: "one sample", unit: "samples" };

describe("the order of unmasking as HTML", () => {
  test("dark first, pale last, the rank beside and on hover, text escaped and line breaks kept", () => {
    const html = orderHtml(["if", " <", "\n    "], [2, 0, 1]);
    const [first, last] = [orderColors[0], orderColors[orderColors.length - 1]];
    expect(html).toMatch(/^<pre style="[^"]*white-space:pre-wrap[^"]*">.*<\/pre>$/s);
    expect(html).toContain(`<span title="3 of 3" style="background:${last};color:#000000">if<sub`);
    expect(html).toContain(`<span title="1 of 3" style="background:${first};color:#ffffff"> &lt;<sub`);
    expect(html).toContain(">3</sub>");
    expect(html).toContain("</span>\n    </pre>");
    expect(html).not.toMatch(/<script|<style|https?:/);
  });

  test("a token that goes on in another line has its colour there too, and indentation has none", () => {
    const html = orderHtml(["x", "\n  ```"], [0, 1]);
    expect(html).toMatch(/\n {2}<span title="2 of 2" style="[^"]+">```<\/span><\/pre>$/);
    const samples = [{ label: "T 0.2", tokens: ["x", "\n  ```"], rank: [0, 1] }];
    expect(decodeOrderFigure(samples, source, { seeds: 1 }).data[0]).toMatchObject({
      ...{ text: ["x", "↵", "```"], base: [0, 1, 2], x: [1, 1, 3], y: [0, 0, 1], customdata: [1, 2, 2] },
    });
  });

  test("ranks must be an order of the tokens", () => {
    for (const rank of [[0], [0, 0], [1, 2]])
      expect(() => orderHtml(["a", "b"], rank)).toThrow("2 tokens need the ranks 0 to 1, each once");
  });
});

describe("the order of unmasking as a figure", () => {
  test("tokens stand where they stand in the text, coloured by their share of the order", () => {
    const samples = [{ label: "T 0.2", tokens: ["def", " f", "\n  ", "x", "\n"], rank: [0, 1, 2, 4, 3] }];
    const [boxes] = decodeOrderFigure(samples, source, { seeds: 1 }).data;
    expect(boxes).toMatchObject({
      type: "bar",
      text: ["def", " f", "↵", "x", "↵"],
      base: [0, 3, 5, 2, 3],
      x: [3, 2, 1, 1, 1],
      y: [0, 0, 0, 1, 1],
      marker: { color: [0, 0.25, 0.5, 1, 0.75] },
      customdata: [1, 2, 3, 5, 4],
    });
  });

  test("the rank of each stands above it, and a line too long goes on in the next", () => {
    const tokens = ["a".repeat(30), "b".repeat(30)];
    const [boxes, ranks] = decodeOrderFigure([{ label: "x", tokens, rank: [1, 0] }], source, {
      seeds: 1,
    }).data;
    expect(boxes.y).toEqual([0, 1]);
    expect(ranks).toMatchObject({ mode: "text", text: ["2", "1"], x: [15, 15] });
    expect((ranks.y as number[]).map(y => y.toFixed(2))).toEqual(["-0.42", "0.58"]);
  });

  test("no samples is refused", () => {
    expect(() => decodeOrderFigure([], source, { seeds: 1 })).toThrow("no samples; decode one first");
  });
});

describe("the colours of order", () => {
  test("text on every shade reads with a contrast of at least 4.5 (WCAG AA)", () => {
    for (let i = 0; i <= 100; i++) {
      const shade = mixColors(orderColors, i / 100);
      expect(contrast(shade, readableOn(shade)), shade).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("the later the lighter: the order can be read without telling hues apart", () => {
    const shades = Array.from({ length: 101 }, (_, i) => luminance(mixColors(orderColors, i / 100)));
    for (let i = 1; i < shades.length; i++) expect(shades[i]).toBeGreaterThan(shades[i - 1]);
  });

  test("a mixture lies between its neighbours and keeps the ends", () => {
    expect([0, 0.25, 1].map(share => mixColors(["#000000", "#804020"], share))).toEqual([
      "#000000",
      "#201008",
      "#804020",
    ]);
  });
});

function luminance(hex: string): number {
  return [1, 3, 5]
    .map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
