/** Ratios are of runs made in the same round. */
import { describe, expect, it } from "vitest";
import { growthRows, speedupFigure, speedupRows } from "../../src/lib/figures/speed.js";

const row = (size: string, mode: string, runs_s: number[]) => ({ size, work: "forward", mode, runs_s });
const rows = [
  row("S", "graph", [1, 2, 4]),
  row("S", "peer", [2, 6, 4]),
  row("S, batch 128", "graph", [4, 4, 6]),
];

describe("speed", () => {
  it("is the median ratio of the rounds, with its quartiles", () => {
    const [ratio] = speedupRows(rows, "graph", ["peer", "nobody"]);
    // 2 / 1, 6 / 2, 4 / 4
    expect(ratio).toMatchObject({
      panel: "size S",
      label: "forward",
      series: "peer",
      mean: 2,
      lower: 1.5,
      upper: 2.5,
      n: 3,
    });
  });

  it("grows in units of the median at S", () => {
    expect(growthRows(rows, "graph", "S")).toMatchObject([
      { label: "batch 128", mean: 2, lower: 2, upper: 2.5 },
    ]);
  });

  it("is drawn with the numbers of the table", () => {
    const source = { source: ["bench"], spread: "quartiles", unit: "runs" };
    const figure = speedupFigure(speedupRows(rows, "graph", ["peer"]), source);
    expect(figure.data[0]).toMatchObject({ x: [2], text: ["forward"] });
  });
});
