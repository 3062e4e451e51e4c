import { noOrder } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import { allHold, exceeds, verdictMarkdown } from "../../src/lib/claims/claim.js";
import { judgeF10 } from "../../src/lib/claims/f10-decode-order.js";
import { judgeF3, type ArnessValue } from "../../src/lib/claims/f3-ar-ness.js";
import { judgeF3a } from "../../src/lib/claims/f3a-entropy-sink.js";
import { judgeF6 } from "../../src/lib/claims/f6-pass-at-k.js";
import { judgeF8 } from "../../src/lib/claims/f8-loss-by-timestep.js";
import { orders } from "../../src/lib/claims/orders.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const problems = Array.from({ length: 12 }, (_, i) => `p${i}`);

describe("the rule of a claim", () => {
  it("holds when the interval lies above the bound, fails below, is inconclusive across it", () => {
    expect(exceeds(0, { mean: 1, lower: 0.5, upper: 2 })).toBe("holds");
    expect(exceeds(0, { mean: -1, lower: -2, upper: -0.5 })).toBe("does-not-hold");
    expect(exceeds(0, { mean: 0.1, lower: -1, upper: 1 })).toBe("inconclusive");
  });

  it("of several conditions: one failure refutes, all must hold", () => {
    expect(allHold(["holds", "holds"])).toBe("holds");
    expect(allHold(["holds", "inconclusive"])).toBe("inconclusive");
    expect(allHold(["inconclusive", "does-not-hold"])).toBe("does-not-hold");
  });
});

/** AR-ness samples of two models on two tasks, the same under every order. */
function arnessSamples(adapted: number, scratch: number, math: number): ArnessValue[] {
  const rows = (checkpoint: string, task: string, value: number, spread: number) =>
    orders.flatMap(order =>
      problems.map((problem, i) => {
        const list = [value + spread * (i % 2 === 0 ? 1 : -1)];
        return {
          ...order,
          seed: 1,
          problem: `${task} ${problem}`,
          checkpoint,
          task,
          form: task === "minipy" ? "loop" : "steps-2",
          ...noOrder,
          localArnessEos: list,
          globalArnessEos: list,
        };
      }),
    );
  return [
    ...rows("a", "minipy", adapted, 0.05),
    ...rows("a", "minimath", math, 0.01),
    ...rows("s", "minipy", scratch, 0.05),
  ];
}

describe("F3", () => {
  const verdicts = (...values: [number, number, number]) =>
    Object.fromEntries(
      judgeF3(arnessSamples(...values), { adapted: "a", scratch: "s" }, rng()).map(c => [c.id, c.verdict]),
    );

  it("holds in all parts when adapted is above scratch, below 1, and math above code with less spread", () => {
    expect(verdicts(0.8, 0.5, 0.9)).toEqual({
      "F3-between": "holds",
      "F3-adapted": "holds",
      "F3-code-math": "holds",
    });
  });

  it("does not hold where the numbers say the opposite", () => {
    expect(verdicts(0.4, 0.6, 0.3)).toEqual({
      "F3-between": "does-not-hold",
      "F3-adapted": "does-not-hold",
      "F3-code-math": "does-not-hold",
    });
  });
});

describe("F3a", () => {
  const judge = (curve: readonly number[]) =>
    judgeF3a(
      problems.flatMap(problem =>
        curve.map((confidence, position) => ({
          run: "r",
          problem,
          sample: 0,
          step: 0,
          position,
          confidence,
        })),
      ),
      rng(),
    ).verdict;

  it("holds for an L, not for a U", () => {
    expect(judge([0, -0.2, -0.5, -3, -3, -3, -3, -3, -3, -3])).toBe("holds");
    expect(judge([0, -0.2, -0.5, -3, -3, -3, -0.1, -0.1, 0, 0])).toBe("does-not-hold");
  });
});

describe("F6", () => {
  /** Sixteen samples a problem of two models; `passing` says how many of the first pass. */
  const samples = (passing: (temperature: number, problem: number) => number) =>
    ["b", "i"].flatMap(checkpoint =>
      [0.2, 1, 1.2].flatMap(temperature =>
        problems.flatMap((problem, i) =>
          Array.from({ length: 16 }, (_, j) => ({
            ...{ seed: 1, problem, checkpoint, temperature },
            ...{ passedBase: j < passing(temperature, i), passedPlus: null, correct: null },
          })),
        ),
      ),
    );
  const verdicts = (passing: (temperature: number, problem: number) => number) =>
    judgeF6(samples(passing), ["b", "i"], rng()).map(c => [c.id, c.verdict]);

  it("holds where cold samples agree and hot ones differ", () => {
    const cold = (problem: number) => (problem % 3 === 0 ? 0 : 16);
    expect(verdicts((t, problem) => (t === 0.2 ? cold(problem) : 3))).toEqual([
      ["F6", "holds"],
      ["F6-cold", "holds"],
      ["F6-hot", "holds"],
    ]);
  });

  it("does not hold where temperature changes nothing and all samples agree", () => {
    const judged = verdicts((_, problem) => (problem % 2 === 0 ? 16 : 0));
    expect(judged).toEqual([
      ["F6", "inconclusive"],
      ["F6-cold", "inconclusive"],
      ["F6-hot", "does-not-hold"],
    ]);
  });
});

describe("F8", () => {
  const judge = (loss: (t: number) => number) =>
    judgeF8(
      problems.flatMap(problem =>
        [0.05, 0.2, 0.5, 0.8, 1].map(t => ({
          run: "r",
          problem,
          t,
          masked: 10,
          completionLength: 20,
          lossSum: 10 * t * loss(t),
        })),
      ),
      rng(),
    );

  it("holds for a loss that explodes at small t with its smallest value inside [0.2, 0.8]", () => {
    const [judged] = judge(t => (t === 0.05 ? 9 : t === 0.5 ? 1 : 1.5));
    expect(judged.measured).toBeCloseTo(9 / (4 / 3), 9);
    expect(judged.verdict).toBe("holds");
  });

  it("does not hold for a loss that is smallest at t = 1", () => {
    expect(judge(t => 2 - t).map(c => c.verdict)).toEqual(["does-not-hold", "does-not-hold"]);
  });
});

describe("F3 on code and math", () => {
  it("compares forms of like length only", () => {
    const alike = arnessSamples(0.8, 0.5, 0.9);
    const others = alike.map(row => ({
      ...row,
      problem: `${row.problem} long`,
      form: row.task === "minipy" ? "comprehension" : "steps-3",
      globalArnessEos: [row.task === "minipy" ? 1 : 0],
    }));
    const judged = judgeF3([...alike, ...others], { adapted: "a", scratch: "s" }, rng());
    expect(judged.find(c => c.id === "F3-code-math")?.measured).toBeCloseTo(0.1, 12);
  });

  it("the note names the orders under which it holds", () => {
    const reversed = arnessSamples(0.8, 0.5, 0.9).map(row =>
      row.tieRule === "random" && row.checkpoint === "a" ? { ...row, localArnessEos: [0.1] } : row,
    );
    const [, adapted] = judgeF3(reversed, { adapted: "a", scratch: "s" }, rng());
    expect(adapted.verdict).toBe("holds");
    expect(adapted.detail).toMatch(
      /^Holds under leftmost ties, rightmost ties and untempered entropy; does not hold under random ties\./,
    );
  });
});

describe("F10", () => {
  it("compares the rank correlation of the same problems at both temperatures, leaving out those without an order", () => {
    const rows = problems.flatMap((problem, i) => [
      { seed: 1, problem, temperature: 0.2, correlation: 0.9 },
      { seed: 1, problem, temperature: 1.2, correlation: i === 0 ? NaN : 0.4 },
    ]);
    const judged = judgeF10(rows, rng());
    expect([judged.n, judged.verdict]).toEqual([11, "holds"]);
    expect(judged.measured).toBeCloseTo(0.5, 12);
  });
});

describe("a verdict in a notebook", () => {
  it("stands beside the published number, with interval, size and criterion", () => {
    const [first] = judgeF3(arnessSamples(0.8, 0.5, 0.9), { adapted: "a", scratch: "s" }, rng());
    const text = verdictMarkdown([first]);
    for (const part of [first.published, "**holds**", "12 problems, 1 seed", first.criterion, first.citation])
      expect(text).toContain(part);
  });
});
