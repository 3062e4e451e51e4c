import { noOrder } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import { orders } from "../../src/lib/claims/orders.js";
import { judgeFlood, judgeLift } from "../../src/lib/claims/tail.js";
import { directionsOf, judgeDirections, type Direction } from "../../src/lib/claims/ties-directions.js";
import { judgeTies } from "../../src/lib/claims/ties.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const problems = Array.from({ length: 12 }, (_, i) => `p${i}`);

/** Samples of every order, temperature and top-p; ties at `tied` of ten steps; leftmost and untempered solve. */
function tieSamples(tied: (temperature: number, topP: number) => number) {
  return orders.flatMap(order =>
    [0.2, 1].flatMap(temperature =>
      [0.95, 1].flatMap(topP =>
        problems.map(problem => ({
          ...{ ...order, temperature, topP, seed: 1, problem, correct: null },
          ...{ tieSteps: tied(temperature, topP), choiceSteps: 10 },
          passedBase: order.tieRule === "leftmost",
          ...noOrder,
          localArnessEos: [order.tieRule === "leftmost" ? 0.8 : 0.1],
        })),
      ),
    ),
  );
}

describe("TIES", () => {
  it("holds where most cold steps are tied, hot and unfiltered ones less, and leftmost ties solve more", () => {
    const judged = judgeTies(
      tieSamples((t, p) => (t === 0.2 && p < 1 ? 9 : 2)),
      rng(),
    );
    expect(judged.map(c => [c.id, c.verdict, c.measured])).toEqual([
      ["TIES", "holds", expect.closeTo(0.9, 12)],
      ["TIES-cool", "holds", expect.closeTo(0.7, 12)],
      ["TIES-order", "holds", 1],
    ]);
  });

  it("does not hold where hot steps are tied more", () => {
    const judged = judgeTies(
      tieSamples(t => (t === 0.2 ? 1 : 5)),
      rng(),
    );
    expect(judged.slice(0, 2).map(c => c.verdict)).toEqual(["does-not-hold", "does-not-hold"]);
  });
});

describe("TIES-directions", () => {
  const row = (order: number, mean: number): Direction => ({
    ...{
      finding: "F5L",
      kind: "local",
      order: ["leftmost ties", "rightmost ties", "random ties", "untempered entropy"][order],
    },
    ...{ mean, lower: mean - 0.1, upper: mean + 0.1, n: 12, seeds: 1 },
  });
  const verdict = (...means: number[]) => judgeDirections(means.map((m, i) => row(i, m))).verdict;

  it("holds when every order agrees, fails when one is reversed, is open when one spans 0", () => {
    expect(verdict(0.3, 0.2, 0.4, 0.2)).toBe("holds");
    expect(verdict(0.3, 0.2, -0.4, 0.2)).toBe("does-not-hold");
    expect(verdict(0.3, 0.2, 0.05, 0.2)).toBe("inconclusive");
  });

  it("counts nothing that is not clear under leftmost ties", () => {
    expect(
      judgeDirections([
        ...[0.3, 0.2, 0.4, 0.2].map((m, i) => row(i, m)),
        ...[0, -1, 1, 1].map((m, i) => ({ ...row(i, m), kind: "global" as const })),
      ]).measured,
    ).toBe(1);
  });

  it("takes each difference on the samples that it is about", () => {
    const value: Readonly<Record<string, number>> = {
      base: 0.8,
      instruct: 0.9,
      scratch: 0.3,
      short: 0.5,
      long: 0.6,
      one: 0.95,
    };
    const names = {
      base: "base",
      instruct: "instruct",
      scratch: "scratch",
      stage1: "short",
      stage1Long: "long",
      instruct1Epoch: "one",
    };
    const samples = orders.flatMap(order =>
      Object.entries(value).flatMap(([checkpoint, cold]) =>
        ["minipy", "minimath"].flatMap(task =>
          [0.2, 1].flatMap(temperature =>
            problems.map((problem, i) => {
              const list = [cold - (temperature === 1 ? 0.2 : 0) - (task === "minimath" ? 0.4 : 0)];
              const form = task === "minipy" ? "loop" : "steps-2";
              return {
                ...order,
                checkpoint,
                task,
                form,
                temperature,
                seed: 1 + (i % 2),
                problem: `${task} ${problem}`,
                ...noOrder,
                localArnessEos: list,
                globalArnessEos: list,
              };
            }),
          ),
        ),
      ),
    );
    const found = directionsOf(samples, names, rng()).filter(
      d => d.order === "random ties" && d.kind === "global",
    );
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

describe("TAIL", () => {
  const samples = (hotPasses: boolean) =>
    ["pad", "cut"].flatMap(checkpoint =>
      [0.2, 1].flatMap(temperature =>
        problems.map(problem => ({
          ...{ checkpoint, temperature, seed: 1, problem, correct: null },
          passedBase: checkpoint === "cut" || temperature === 0.2 || hotPasses,
        })),
      ),
    );
  const names = { padding: "pad", randomCut: "cut" };

  it("floods where only the padded model fails when hot", () => {
    const judged = judgeFlood(samples(false), names, rng());
    expect([judged.measured, judged.verdict]).toEqual([1, "holds"]);
    expect(judgeFlood(samples(true), names, rng()).verdict).toBe("inconclusive");
  });

  it("sees a lifted end", () => {
    const curve = (end: number) =>
      problems.flatMap(problem =>
        [0, -0.2, -0.5, -3, -3, -3, -3, end, end, end, end].map((confidence, position) => ({
          ...{ run: "r", problem, sample: 0, step: 0, position, confidence },
        })),
      );
    const judged = judgeLift(curve(-1), curve(-3), rng());
    expect([judged.measured, judged.verdict]).toEqual([2, "holds"]);
    expect(judgeLift(curve(-3), curve(-3), rng()).verdict).toBe("does-not-hold");
  });
});
