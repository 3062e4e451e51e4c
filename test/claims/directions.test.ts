import { describe, expect, it } from "vitest";
import { orderName, orders } from "../../src/lib/claims/orders.js";
import { directionsOf, keptSides, type Direction } from "../../src/lib/claims/special/directions.js";

describe("TIES-directions", () => {
  const row = (order: number, mean: number): Direction => ({
    ...{ finding: "F5L", kind: "local", order: orderName(orders[order]) },
    ...{ mean, lower: mean - 0.1, upper: mean + 0.1, n: 12, seeds: 3 },
  });
  const verdict = (...means: number[]) => keptSides(means.map((m, i) => row(i, m))).verdict;

  it("holds when every order agrees, fails when one is reversed, is open when one spans 0", () => {
    expect(verdict(0.3, 0.2, 0.4, 0.2)).toBe("holds");
    expect(verdict(0.3, 0.2, -0.4, 0.2)).toBe("does-not-hold");
    expect(verdict(0.3, 0.2, 0.05, 0.2)).toBe("inconclusive");
  });

  it("counts nothing that is not clear under leftmost ties", () => {
    const clear = [0.3, 0.2, 0.4, 0.2].map((m, i) => row(i, m));
    const open = [0, -1, 1, 1].map((m, i) => ({ ...row(i, m), kind: "global" as const }));
    expect(keptSides([...clear, ...open]).measured).toBe(1);
  });

  it("takes each difference on the samples that it is about", () => {
    const cold: Readonly<Record<string, number>> = {
      ...{ stage2: 0.8, instruct: 0.9, "scratch-instruct": 0.3 },
      ...{ stage1: 0.5, "stage1-long": 0.6, "instruct-1epoch": 0.95 },
    };
    const samples = orders.flatMap(order =>
      Object.entries(cold).flatMap(([checkpoint, value]) =>
        ["minipy", "minimath"].flatMap(task =>
          [0.2, 1].flatMap(temperature =>
            [1, 2, 3].map(seed => {
              const list = [value - (temperature === 1 ? 0.2 : 0) - (task === "minimath" ? 0.4 : 0)];
              const form = task === "minipy" ? "loop" : "steps-2";
              return {
                ...{ ...order, checkpoint, task, form, temperature, seed, problem: `${task} ${seed}` },
                ...{ order: [], localArnessEos: list, globalArnessEos: list },
              };
            }),
          ),
        ),
      ),
    );
    const found = directionsOf(samples).filter(d => d.order === "random ties" && d.kind === "global");
    expect(found.map(d => [d.finding.slice(0, 3), Number(d.mean.toFixed(6))])).toEqual([
      ["F3:", 0.6],
      ["F3:", -0.4],
      ["F4:", 0.1],
      ["F4:", 0.05],
      ["F5L", 0.2],
      ["F5L", 0.2],
    ]);
  });
});
