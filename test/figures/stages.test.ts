import { describe, expect, test } from "vitest";
import { blocksFigure } from "../../src/lib/figures/blocks.js";
import { fewerStepsFigure } from "../../src/lib/figures/fewer-steps.js";
import type { FigureSpec } from "../../src/lib/figures/spec.js";
import { stagesFigure } from "../../src/lib/figures/stages.js";

const source = { source: ["data/runs/a-0"], spread: "95% interval over problems", unit: "problems" };
const point = (mean: number) => ({ mean, lower: mean - 0.1, upper: mean + 0.1, n: 64, seeds: 3 });
const panels = (spec: FigureSpec) =>
  (spec.layout.annotations as { text: string }[])
    .slice(0, -1)
    .map(a => a.text.replace(/<\/?b>|<br>/g, " ").trim());

describe("F4", () => {
  test(
    "AR-ness@1 to the end token first, then over the window, then pass@1; a line per stage, a colour " +
      "per order",
    () => {
      const arness = (["window", "eos"] as const).flatMap(scope =>
        (["local", "global"] as const).flatMap(kind =>
          [1, 2].map(k => ({ stage: "stage I", order: "leftmost ties", scope, kind, k, ...point(k / 4) })),
        ),
      );
      const pass = [{ stage: "stage I", order: "leftmost ties", suite: "base", ...point(0.5) }];
      const spec = stagesFigure(arness, pass, source);
      expect(panels(spec)).toEqual([
        "local AR-ness@1, to the end token",
        "global AR-ness@1, to the end token",
        "local AR-ness@1, whole window",
        "global AR-ness@1, whole window",
        "pass@1, base tests",
      ]);
      expect(spec.data.map(trace => trace.x)).toEqual([[0.25], [0.25], [0.25], [0.25], [0.5]]);
    },
  );
});

describe("F11", () => {
  test("pass@1 against steps, a panel per temperature and tests, a curve per model", () => {
    const rows = [36, 18].flatMap(steps =>
      ["one epoch", "five epochs"].map(model => ({
        model,
        temperature: 1,
        suite: "base",
        steps,
        ...point(steps / 40),
      })),
    );
    const spec = fewerStepsFigure(rows, source);
    expect(panels(spec)[0]).toBe("T 1.0, base tests");
    expect(spec.data.map(({ name, x, y }) => ({ name, x, y }))).toEqual(
      ["one epoch", "five epochs"].map(name => ({ name, x: [18, 36], y: [0.45, 0.9] })),
    );
  });
});

describe("N1", () => {
  test("AR-ness@1 up to the end token and pass@1 against block length, every length a tick", () => {
    const arness = (["window", "eos"] as const).flatMap(scope =>
      [1, 6, 36].map(block => ({
        order: "leftmost ties",
        block,
        scope,
        kind: "global" as const,
        k: 1,
        ...point(1 / block),
      })),
    );
    const pass = [1, 6, 36].map(block => ({ order: "leftmost ties", block, suite: "plus", ...point(0.6) }));
    const spec = blocksFigure(arness, pass, source);
    expect(panels(spec)).toEqual(["global AR-ness@1", "pass@1, plus tests"]);
    expect(spec.data.map(trace => trace.x)).toEqual([
      [1, 6, 36],
      [1, 6, 36],
    ]);
    expect(spec.layout.xaxis).toMatchObject({ type: "log", tickvals: [1, 6, 36] });
  });
});
