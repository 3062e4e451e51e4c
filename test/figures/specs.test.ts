/** Figures compared as rounded specs with literal tables of a few rows, not as pixels. */
import { describe, expect, test } from "vitest";
import { arnessByTemperatureFigure, arnessFigure } from "../../src/lib/figures/ar-ness.js";
import { confidenceMapFigure } from "../../src/lib/figures/confidence-map.js";
import { curvesFigure } from "../../src/lib/figures/curves.js";
import { intervalsFigure } from "../../src/lib/figures/intervals.js";
import { decodeOrderFigure } from "../../src/lib/figures/decode-order.js";
import { paretoFigure } from "../../src/lib/figures/pareto.js";
import { rewardDifferencesFigure } from "../../src/lib/figures/reward-curves.js";
import { directionsFigure } from "../../src/lib/figures/ties.js";
import { textWidth } from "../../src/lib/figures/text.js";
import { restColor } from "../../src/lib/figures/theme.js";
import { firstStepConfidenceFigure, lossByTimestepFigure } from "../../src/lib/figures/profiles.js";
import { captionText, roundNumbers, type FigureSpec, type Json } from "../../src/lib/figures/spec.js";

const source = { source: ["data/runs/a-0"], spread: "95% interval over problems", unit: "problems" };
const size = { n: 64, seeds: 3 };
const point = (mean: number) => ({ mean, lower: mean - 0.1, upper: mean + 0.2, ...size });

type Layout = Readonly<Record<string, Record<string, Json>>>;
const axis = (spec: FigureSpec, name: string) => (spec.layout as Layout)[name];
const texts = (spec: FigureSpec) => (spec.layout.annotations as { text: string }[]).map(a => a.text);
const pick = (value: object, ...keys: readonly string[]) =>
  roundNumbers(Object.fromEntries(keys.map(key => [key, (value as Record<string, unknown>)[key]])));

describe("F3", () => {
  const row = { model: "adapted", task: "code", tieRule: "leftmost" } as const;
  const rows = [
    { ...row, kind: "global" as const, k: 1, ...point(0.6) },
    { ...row, kind: "local" as const, k: 2, ...point(0.5) },
    { ...row, kind: "local" as const, k: 1, ...point(0.7) },
    { ...row, tieRule: "random", kind: "local" as const, k: 1, ...point(0.2) },
  ];

  test("local above global, a column per tie rule, k in order, intervals as bars", () => {
    const spec = arnessFigure(rows, source);
    expect(spec.data.map(t => pick(t, "name", "xaxis", "yaxis", "x", "y", "error_y"))).toEqual([
      {
        ...{ name: "adapted", xaxis: "x", yaxis: "y", x: [1, 2], y: [0.7, 0.5] },
        error_y: {
          type: "data",
          symmetric: false,
          array: [0.2, 0.2],
          arrayminus: [0.1, 0.1],
          thickness: 1.2,
          width: 3,
        },
      },
      expect.objectContaining({ xaxis: "x2", yaxis: "y2", x: [1], y: [0.2] }),
      expect.objectContaining({ xaxis: "x3", yaxis: "y3", x: [1], y: [0.6] }),
    ]);
    expect(texts(spec).slice(0, 3)).toEqual([
      "<b>local AR-ness@k: leftmost</b>",
      "<b>local AR-ness@k: random</b>",
      "<b>global AR-ness@k: leftmost</b>",
    ]);
    expect(pick(axis(spec, "yaxis"), "range")).toEqual({ range: [-0.02, 1.02] });
    expect(pick(axis(spec, "xaxis"), "tickvals")).toEqual({ tickvals: [1, 2] });
  });

  test("colours tell models apart, dashes tasks, and the legend names each once", () => {
    const both = rows.flatMap(r => [r, { ...r, model: "from scratch" }, { ...r, task: "math" }]);
    const { data } = arnessFigure(both, source);
    expect(data.filter(t => t.showlegend).map(t => t.name)).toEqual([
      "adapted, code",
      "adapted, math",
      "from scratch, code",
    ]);
    const line = (name: string) => data.find(t => t.name === name)!.line as { color: string; dash: string };
    expect(line("adapted, code").color).toBe(line("adapted, math").color);
    expect(line("adapted, code").color).not.toBe(line("from scratch, code").color);
    expect([line("adapted, code").dash, line("adapted, math").dash]).toEqual(["solid", "dash"]);
  });

  test("against temperature (F5L), at one k only", () => {
    const hot = [0.2, 1.2].flatMap(temperature =>
      rows.map(r => ({ ...r, temperature, mean: r.mean / (1 + temperature) })),
    );
    const { data } = arnessByTemperatureFigure(hot, source);
    expect(data.map(t => pick(t, "name", "x", "y"))).toEqual([
      { name: "leftmost", x: [0.2, 1.2], y: [0.583333, 0.318182] },
      { name: "random", x: [0.2, 1.2], y: [0.166667, 0.0909091] },
      { name: "leftmost", x: [0.2, 1.2], y: [0.5, 0.272727] },
    ]);
  });
});

describe("F7", () => {
  const row = { estimator: "coupled", minus: "its start", sampling: "cold" as const, step: 0 };
  const other = { ...row, estimator: "d1", minus: "coupled" };
  const rows = [
    { ...other, measure: "reward" as const, ...point(-0.2) },
    { ...row, measure: "plus" as const, ...point(0.4) },
    { ...row, measure: "reward" as const, ...point(0.1) },
    { ...row, measure: "reward" as const, step: 10, ...point(0.3) },
    { ...row, sampling: "rollout" as const, measure: "base" as const, ...point(0.3) },
  ];
  const spec = rewardDifferencesFigure(rows, { ...source, seedsAre: "RL seed" });

  test("the reference's gain, then what each other earns less it; reward above pass@1 at T 0.2", () => {
    expect(texts(spec).slice(0, 3)).toEqual([
      "<b>coupled less its start</b>",
      "<b>d1 less coupled</b>",
      "<b>coupled less its start, pass@1</b>",
    ]);
    expect(spec.data.filter(t => t.fill === undefined).map(t => pick(t, "name", "x", "y"))).toEqual([
      { name: "T 0.2", x: [0, 10], y: [0.1, 0.3] },
      { name: "T 0.2", x: [0], y: [-0.2] },
      { name: "plus tests", x: [0], y: [0.4] },
    ]);
    expect(captionText(spec.caption)).toContain("n = 64 problems, 3 RL seeds.");
  });

  test("panels that measure the same have one range, and a line at no difference", () => {
    const [first, second, third] = ["yaxis", "yaxis2", "yaxis3"].map(name => axis(spec, name).range);
    expect(first).toEqual(second);
    expect(first).not.toEqual(third);
    const lines = spec.layout.shapes as { readonly type: string; readonly y0: number }[];
    expect(lines.map(({ type, y0 }) => [type, y0])).toEqual(Array(3).fill(["line", 0]));
  });
});

describe("names of curves", () => {
  const named = (name: string, mean: number) => ({ panel: "", series: name, x: 1, ...point(mean) });
  const options = { name: "x", title: "x", xTitle: "x", yTitle: "y", columns: 1 };

  test("stand beside their ends on a wide page, apart from each other, in a legend on a phone", () => {
    const spec = curvesFigure([named("one", 0.5), named("two", 0.501)], source, options);
    expect(spec.layout.showlegend).toBe(false);
    expect(spec.narrowLayout.showlegend).toBe(true);
    const notes = (spec.layout.annotations as { text: string; yshift: number }[]).slice(0, 2);
    expect(notes.map(({ text }) => text)).toEqual(["two", "one"]);
    expect(notes[0].yshift - notes[1].yshift).toBeGreaterThanOrEqual(14);
  });

  test("stand in a legend where there are many, and hovering says a point in words", () => {
    const many = ["a", "b", "c", "d", "e", "f", "g"].map((name, i) => named(name, i / 10));
    const spec = curvesFigure(many, source, options);
    expect(spec.layout.showlegend).toBe(true);
    expect(spec.data[1].hovertemplate).toBe(
      "<b>a</b><br>x: %{x}<br>y: %{y:.3~g} [%{customdata[0]:.3~g}, %{customdata[1]:.3~g}]" +
        "<br>n = %{customdata[2]}, seeds: %{customdata[3]}<extra></extra>",
    );
    expect(spec.data[1].customdata).toEqual([[-0.1, 0.2, 64, 3]]);
  });
});

describe("F3 with controls", () => {
  test("a control stands in every panel of its kind, at the k that are measured, without an interval", () => {
    const rows = ["leftmost", "random"].map(tieRule => ({
      model: "a",
      task: "code",
      tieRule,
      kind: "local" as const,
      k: 1,
      ...point(0.7),
    }));
    const controls = [
      { label: "random order", kind: "local" as const, k: 1, mean: 0.1 },
      { label: "random order", kind: "local" as const, k: 2, mean: 0.05 },
      { label: "random order", kind: "global" as const, k: 1, mean: 0.2 },
    ];
    const drawn = arnessFigure(rows, source, { controls }).data.filter(t => t.name === "random order");
    expect(drawn.map(t => pick(t, "xaxis", "x", "y"))).toEqual([
      { xaxis: "x", x: [1], y: [0.1] },
      { xaxis: "x2", x: [1], y: [0.1] },
    ]);
  });
});

describe("the study of ties", () => {
  test("differences have a line at 0, local before global, a colour per order", () => {
    const row = { finding: "F5L", order: "leftmost ties", ...point(0.3) };
    const spec = directionsFigure(
      [
        { ...row, kind: "global" },
        { ...row, kind: "local" },
        { ...row, kind: "local", order: "random ties", mean: 0.1 },
      ],
      source,
    );
    expect(texts(spec).slice(0, 2)).toEqual(["<b>local AR-ness@1</b>", "<b>global AR-ness@1</b>"]);
    expect(axis(spec, "xaxis").zeroline).toBe(true);
    expect(spec.data.map(t => pick(t, "name", "x"))).toContainEqual({ name: "random ties", x: [0.1] });
  });
});

describe("a colour bar with names", () => {
  test("starts far enough right for half of its first label to stay on the page", () => {
    const sample = { label: "T 0.2", tokens: ["a", "b"], rank: [0, 1] };
    const spec = decodeOrderFigure([sample], source, { seeds: 1 });
    const { margin, coloraxis } = spec.layout as unknown as {
      margin: { l: number };
      coloraxis: { colorbar: { xpad: number } };
    };
    const halfLabel = textWidth("first", 12) / 2;
    expect(margin.l + coloraxis.colorbar.xpad).toBeGreaterThanOrEqual(halfLabel);
  });
});

describe("a caption", () => {
  test("names up to three logs, more are left to the figure's data", () => {
    const caption = { ...source, n: [64, 64] as const, seeds: [3, 3] as const };
    expect(captionText({ ...caption, source: ["a", "b", "c"] })).toContain("Source: a, b, c.");
    expect(captionText({ ...caption, source: ["a", "b", "c", "d"] })).toContain(
      "Source: 4 runs, named in the figure's .json file.",
    );
  });
});

describe("F3a", () => {
  test("a band behind each line, from the upper ends there to the lower ends back", () => {
    const rows = [0, 1].map(position => ({ model: "base", task: "code", position, ...point(-position) }));
    const [band, line] = firstStepConfidenceFigure(rows, source).data;
    expect(pick(band, "x", "y", "fill", "showlegend")).toEqual({
      ...{ x: [0, 1, 1, 0], y: [0.2, -0.8, -1.1, -0.1] },
      ...{ fill: "toself", showlegend: false },
    });
    expect(pick(line, "x", "y", "mode")).toEqual({ x: [0, 1], y: [0, -1], mode: "lines" });
  });
});

describe("F8", () => {
  const rows = (["mean", "sum"] as const).flatMap(normalisation =>
    [0.05, 0.5].map(t => ({
      model: "base",
      normalisation,
      t,
      mean: 0.1 / t,
      lower: t < 0.1 ? -1 : 0.15,
      upper: 4,
      ...size,
    })),
  );

  test("a panel per normalisation, logarithmic, with the stretch of coupled-GRPO marked", () => {
    const spec = lossByTimestepFigure(rows, source);
    expect(texts(spec)[0]).toBe("<b>(1/t) × mean over masked tokens</b>");
    expect(texts(spec)[1]).toBe("<b>(1/t) × sum over masked / length</b>");
    expect(pick(axis(spec, "yaxis2"), "type", "tickvals")).toEqual({
      type: "log",
      tickvals: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    });
    expect((spec.layout.shapes as object[]).map(s => pick(s, "xref", "yref", "x0", "x1"))).toEqual([
      { xref: "x", yref: "y domain", x0: 0.2, x1: 0.8 },
      { xref: "x2", yref: "y2 domain", x0: 0.2, x1: 0.8 },
    ]);
  });

  test("a lower end below zero stays on the logarithmic page", () => {
    const [band] = lossByTimestepFigure(rows, source).data;
    expect(roundNumbers(band.y)).toEqual([4, 4, 0.15, 0.02]);
  });
});

describe("the confidence map and the interval figure", () => {
  test("positions across, steps downwards, gaps where no longer masked, a ring where committed", () => {
    const map = {
      label: "T 0.2",
      values: [
        [-1, -2],
        [NaN, -0.5],
      ],
      stepOf: [0, 1],
    };
    const spec = confidenceMapFigure([map], source, { seeds: 1 });
    expect(spec.data.map(t => pick(t, "type", "z", "x", "y"))).toEqual([
      {
        type: "heatmap",
        z: [
          [-1, -2],
          [null, -0.5],
        ],
      },
      { type: "scatter", x: [0, 1], y: [0, 1] },
    ]);
    expect(pick(axis(spec, "yaxis"), "range")).toEqual({ range: [1.5, -0.5] });
    expect(pick(axis(spec, "coloraxis"), "cmin", "cmax")).toEqual({ cmin: -2, cmax: -0.5 });
  });

  test("a line per label, series beside each other", () => {
    const rows = ["full", "half"].flatMap(series =>
      ["before", "after"].map(label => ({ panel: "", label, series, ...point(0.5) })),
    );
    const spec = intervalsFigure(rows, source, { name: "t", title: "T", xTitle: "pass@1" });
    expect(spec.data.map(t => pick(t, "name", "y"))).toEqual([
      { name: "full", y: [-0.125, 0.875] },
      { name: "half", y: [0.125, 1.125] },
    ]);
    expect(pick(axis(spec, "yaxis"), "ticktext", "range")).toEqual({
      ticktext: ["before", "after"],
      range: [1.5, -0.5],
    });
  });
});

describe("every figure", () => {
  test("tells spread, n, seeds and the logs it was drawn from, on wide and narrow pages", () => {
    const rows = [
      { panel: "", series: "a", x: 1, ...point(0.5) },
      { panel: "", series: "a", x: 2, ...point(0.4), n: 32, seeds: 1 },
    ];
    const spec = curvesFigure(
      rows,
      { ...source, note: "T 0.2." },
      { name: "c", title: "C", xTitle: "x", yTitle: "y" },
    );
    const words =
      "Shown: 95% interval over problems; n = 32 to 64 problems, 1 to 3 training seeds. T 0.2. Source: " +
      "data/runs/a-0.";
    expect(captionText(spec.caption)).toBe(words);
    for (const layout of [spec.layout, spec.narrowLayout]) {
      const caption = (layout.annotations as { text: string }[]).at(-1)!.text;
      expect(caption.replaceAll("<br>", " ")).toBe(words);
    }
  });

  test("refuses an empty table and a point given twice, with the remedy", () => {
    const options = { name: "c", title: "C", xTitle: "x", yTitle: "y" };
    expect(() => curvesFigure([], source, options)).toThrow(
      "figure c: the table has no rows; run its study first.",
    );
    const row = { panel: "", series: "a", x: 1, ...point(0.5) };
    expect(() => curvesFigure([row, row], source, options)).toThrow(
      /two rows for .*average them or tell them apart/,
    );
  });

  test("is rounded to six digits, and what JSON cannot hold becomes null", () => {
    expect(roundNumbers({ a: [1 / 3, NaN, Infinity], b: undefined, c: "0.123456789", d: 1e-9 / 3 })).toEqual({
      ...{ a: [0.333333, null, null], c: "0.123456789", d: 3.33333e-10 },
    });
  });
});

describe("methods by cost", () => {
  const rows = [
    {
      series: "threshold",
      label: "tau=0.9",
      calls: 8.5,
      tokenPositions: 500,
      globalArness: 0.25,
      seconds: 0.0123,
      ...point(0.6),
    },
    { series: "fixed", label: "9 <steps>", calls: 9, tokenPositions: 540, globalArness: 0.4, ...point(0.5) },
  ];
  const spec = paretoFigure(rows, [rows[0]], source, { name: "methods", title: "Methods" });

  test("the front has a line and names, the rest is grey", () => {
    expect(spec.data.map(t => pick(t, "name", "mode", "x", "y"))).toEqual([
      { name: "others", mode: "markers", x: [9], y: [0.5] },
      { name: "front", mode: "lines+markers", x: [8.5], y: [0.6] },
    ]);
    expect(texts(spec)).toContain("threshold: tau=0.9");
    expect(pick(spec.data[0].marker as object, "color")).toEqual({ color: restColor });
  });

  test("what a setting costs stands beside the mouse; what was not timed has no time", () => {
    const [untimed, timed] = spec.data.map(t => (t.text as string[])[0].split("<br>"));
    expect(timed).toEqual([
      "<b>threshold: tau=0.9</b>",
      "pass@1 60.0% [50.0%, 80.0%]",
      "8.5 denoiser calls, 500 token positions a sample",
      "12.3 ms a sample",
      "global AR-ness@1 0.250",
    ]);
    expect(untimed).toHaveLength(4);
    expect(untimed[0]).toContain("9 &lt;steps");
  });
});
