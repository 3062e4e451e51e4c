/** Another title and no title at all: what stands below keeps its place and its size. */
import { describe, expect, test } from "vitest";
import { bare, withTitle } from "../../src/lib/figures/frame.js";
import { exampleFigures } from "./example-figures.js";

interface Sized {
  readonly height: number;
  readonly margin: { readonly t: number; readonly b: number };
  readonly legend: { readonly y: number };
}
const sized = (layout: unknown) => layout as Sized;
const panels = (layout: unknown) => {
  const { height, margin } = sized(layout);
  return height - margin.t - margin.b;
};

describe.each(exampleFigures.map(figure => [figure.name, figure] as const))("%s", (_, figure) => {
  test("a title of more lines moves panels down and leaves them as high as they are", () => {
    const long = withTitle(figure, `${figure.title} and so on`.repeat(6));
    for (const side of ["layout", "narrowLayout"] as const) {
      const [before, after] = [sized(figure[side]), sized(long[side])];
      expect(after.height).toBeGreaterThan(before.height);
      expect(Math.abs(panels(after) - panels(before))).toBeLessThanOrEqual(1);
    }
  });

  test("the old title again gives the old layout", () => {
    const back = withTitle(withTitle(figure, "another title ".repeat(12)), figure.title);
    expect(Math.abs(sized(back.layout).height - sized(figure.layout).height)).toBeLessThanOrEqual(1);
    expect(sized(back.layout).legend.y).toBeCloseTo(sized(figure.layout).legend.y, 2);
  });

  test("bare it has neither title nor caption, and panels of the same height", () => {
    const { layout } = bare(figure);
    expect(layout.title).toEqual({ text: "" });
    expect(JSON.stringify(layout.annotations)).not.toContain("Shown:");
    expect(Math.abs(panels(layout) - panels(figure.layout))).toBeLessThanOrEqual(1);
  });
});
