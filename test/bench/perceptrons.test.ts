/** The figure of compile(fn) beside others: the picture has every line, the table every number. */
import { beforeAll, expect, it } from "vitest";
import { perceptronFigure } from "../../src/lib/bench/perceptron-figure.js";
import { perceptronWidths, type PerceptronRow } from "../../src/lib/bench/perceptrons.js";
import { perceptronTable } from "../../src/lib/commands/compile-bench-command.js";

let rows: PerceptronRow[];

beforeAll(() => {
  rows = perceptronWidths.flatMap(width =>
    ["compile(fn)", "A & <B>"].map((mode, i) => {
      const fastest_us = 100 * width * (i + 1);
      return { width, mode, fastest_us, runs_us: [fastest_us] };
    }),
  );
});

it("a line a contestant with a dot a width, the slower one above, names as text", () => {
  const svg = perceptronFigure(rows);
  const lines = [...svg.matchAll(/polyline points="([^"]*)"/g)].map(([, points]) => points.split(" "));
  expect(lines.map(points => points.length)).toEqual([5, 5]);
  const heights = lines.map(points => points.map(point => Number(point.split(",")[1])));
  heights[0].forEach((y, i) => expect(heights[1][i]).toBeLessThan(y));
  expect(svg).toContain(">A &amp; &lt;B></text>");
  expect(svg).not.toMatch(/NaN|undefined/);
});

it("the same numbers as a table, a line a width", () => {
  const lines = perceptronTable(rows).split("\n");
  expect(lines[0]).toBe("width  compile(fn), us  A & <B>, us");
  expect(lines.at(-1)).toBe("1024   102400           204800");
});
