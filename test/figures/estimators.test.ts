import { describe, expect, it } from "vitest";
import { estimatorsFigure, exponentsFigure } from "../../src/lib/figures/estimators.js";

const source = { source: ["data/runs/a4/x"], spread: "95% interval", unit: "problems" };
const value = { mean: 2, lower: 1.5, upper: 3, n: 4, seeds: 1 };

describe("the figure of the estimators", () => {
  const figure = estimatorsFigure(
    [
      { scope: "whole", quantity: "variance", estimator: "coupled", pairs: 1, ...value },
      { scope: "whole", quantity: "variance", estimator: "predicted", pairs: 1, ...value },
      { scope: "end", quantity: "bias", estimator: "full-mask", pairs: 1, ...value },
    ],
    source,
  );

  it("names the prediction by its formula, and panels by quantity and scope in their units", () => {
    expect(figure.data.map(trace => trace.name)).toEqual(["coupled", "de-coupled less v²/2N", "full-mask"]);
    const text = JSON.stringify(figure.layout);
    for (const part of ["variance, whole answer", "bias, last eight tokens", "nats² a token", "nats a token"])
      expect(text).toContain(part);
  });
});

describe("the figure of the exponents", () => {
  const rows = (["k3", "ratio"] as const).flatMap(term =>
    ["median", "largest"].map(share => ({ term, share, form: "public", updates: 1, ...value })),
  );
  const figure = exponentsFigure(rows, source);

  it("leaves the median ratio out, which stays at 1", () => {
    const text = JSON.stringify(figure.layout);
    expect(text).toContain("k3, median");
    expect(text).not.toContain("ratio, median");
  });

  it("has more than one tick where all values lie in one decade", () => {
    expect(figure.layout.yaxis).toMatchObject({ tickvals: [1, 1.5, 2, 3, 4, 5, 7] });
  });
});
