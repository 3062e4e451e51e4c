/** Claims about reinforcement learning, each on a table that it fits and on one that it does not. */
import { noOrder } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import type { HeldOutAnswer } from "../../src/lib/analysis/held-out.js";
import { f7AblationComparisons, judgeF7Ablations } from "../../src/lib/claims/f7-ablations.js";
import { judgeF7 } from "../../src/lib/claims/f7-reward-curves.js";
import { judgeN9 } from "../../src/lib/claims/n9-diffu-grpo.js";
import { orders } from "../../src/lib/claims/orders.js";
import { judgeGain } from "../../src/lib/claims/rl-gain.js";
import { judgeF11Rl, judgeF4Rl, judgeNarrow, type RlSample } from "../../src/lib/claims/t2-before-after.js";
import { table2Markdown } from "../../src/lib/claims/table2.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const scored = [0, 10, 20, 30, 40];

/** Held-out answers of an estimator whose reward follows a curve, with a little spread between problems. */
function runs(estimator: string, seeds: readonly number[], curve: readonly number[]): HeldOutAnswer[] {
  return seeds.flatMap(seed =>
    Array.from({ length: 20 }, (_, p) => p).flatMap(p =>
      (["rollout", "cold"] as const).flatMap(sampling =>
        scored.map((step, i) => ({
          ...{ estimator, seed, step, sampling, problem: `p${p}` },
          reward: curve[i] * (1 + 0.02 * seed) + 0.1 * (p % 3),
          ...{ passedBase: p < 20 * curve[i], passedPlus: p < 16 * curve[i] },
        })),
      ),
    ),
  );
}

const rising = [0.2, 0.4, 0.6, 0.8, 0.9];
const slower = [0.2, 0.3, 0.4, 0.5, 0.6];
const flat = [0.2, 0.2, 0.2, 0.2, 0.2];
const falling = [0.2, 0.8, 0.3, 0.8, 0.4];
const three = [1, 2, 3];

describe("F7", () => {
  const verdicts = (answers: readonly HeldOutAnswer[]) =>
    Object.fromEntries(judgeF7(answers, rng()).map(c => [c.id, c.verdict]));

  it("holds for the paper's order, and a coupled curve that never falls", () => {
    const answers = [
      ...runs("coupled", three, slower),
      ...runs("full-mask", three, flat),
      ...runs("d1", three, [0.2, 0.1, 0.1, 0.1, 0.1]),
      ...runs("de-coupled", three, falling),
    ];
    expect(verdicts(answers)).toEqual({
      ...{ "F7-full-mask": "holds", "F7-d1": "holds", "F7-prompt": "holds" },
      "F7-steady": "holds",
    });
    const [first] = judgeF7(answers, rng());
    expect(first.measured).toBeCloseTo(0.3 * 1.04, 9);
    expect([first.n, first.seeds]).toEqual([20, 3]);
    expect(first.detail).toContain(
      "coupled 0.615, full-mask 0.303, by RL seed 0.306, 0.312, 0.318. Effect: 52.0 standard deviations",
    );
  });

  it("does not hold for the opposite", () => {
    const answers = [
      ...runs("coupled", three, falling),
      ...runs("full-mask", three, rising),
      ...runs("de-coupled", three, rising),
    ];
    expect(verdicts(answers)).toEqual({ "F7-full-mask": "does-not-hold", "F7-steady": "does-not-hold" });
  });

  it("is inconclusive with two seeds however far apart the curves, and silent about what is not there", () => {
    const answers = [...runs("coupled", [1, 2], rising), ...runs("full-mask", three, flat)];
    expect(verdicts(answers)).toEqual({ "F7-full-mask": "inconclusive" });
    expect(judgeF7(answers, rng())[0].detail).toContain("2 RL seeds of both are too few for a verdict.");
    expect(verdicts(runs("coupled", three, rising))).toEqual({});
  });
});

describe("the ablations of F7", () => {
  const verdicts = (answers: readonly HeldOutAnswer[]) =>
    Object.fromEntries(judgeF7Ablations(answers, rng()).map(c => [c.id, c.verdict]));

  it("compare each variant with the recipe at the same length: what earns more, and what falls without the KL term", () => {
    const answers = [
      ...runs("coupled, half length", three, slower),
      ...runs("coupled, T 1.2", three, rising),
      ...runs("coupled, group mean", three, rising),
      ...runs("coupled, 1 update", three, flat),
      ...runs("coupled, 4 updates, own rate", three, flat),
      ...runs("coupled, no KL", three, falling),
    ];
    expect(verdicts(answers)).toEqual({
      ...{ "F7-temperature": "holds", "F7-baseline": "holds", "F7-kl": "holds" },
      ...{ "F7-two-updates": "holds", "F7-four-updates": "does-not-hold" },
    });
    expect(Object.keys(verdicts(answers)).length).toBe(f7AblationComparisons.length);
  });

  it("leave out what has not been run", () => {
    expect(verdicts(runs("coupled, half length", three, slower))).toEqual({});
  });
});

describe("N9", () => {
  const verdicts = (answers: readonly HeldOutAnswer[]) =>
    Object.fromEntries(judgeN9(answers, rng()).map(c => [c.id, c.verdict]));
  const four = (estimator: string, seeds: readonly number[], curve: readonly number[]) =>
    runs(`${estimator}, 4 updates`, seeds, curve);

  it("holds where d1 rises while full-mask goes up and down, and coupled lies above d1", () => {
    const answers = [...four("full-mask", three, falling), ...four("d1", three, slower), ...four("coupled", three, rising)]; // prettier-ignore
    expect(verdicts(answers)).toEqual({ "N9-steady": "holds", "N9-coupled": "holds" });
  });

  it("does not hold for the opposite, needs three seeds, and is silent without runs", () => {
    const opposite = [...four("full-mask", three, rising), ...four("d1", three, falling), ...four("coupled", three, flat)]; // prettier-ignore
    expect(verdicts(opposite)).toEqual({ "N9-steady": "does-not-hold", "N9-coupled": "does-not-hold" });
    const two = [...four("full-mask", [1, 2], falling), ...four("d1", three, slower)];
    expect(verdicts(two)).toEqual({ "N9-steady": "inconclusive" });
    expect(verdicts([])).toEqual({});
  });
});

describe("RL-gain", () => {
  const verdict = (curve: readonly number[]) => judgeGain(runs("coupled", three, curve), rng())?.verdict;

  it("holds where both kinds of tests rise, not where nothing changes or pass@1 falls", () => {
    expect(verdict(rising)).toBe("holds");
    expect(verdict(flat)).toBe("does-not-hold");
    expect(verdict([...rising].reverse())).toBe("does-not-hold");
  });

  it("is inconclusive where one problem in twenty is gained, and says so of a single run", () => {
    expect(verdict([0.2, 0.2, 0.2, 0.2, 0.26])).toBe("inconclusive");
    const alone = judgeGain(runs("coupled", [1], rising), rng());
    expect([alone?.seeds, alone?.measured]).toEqual([1, 0.7]);
    expect(alone?.detail).toContain("it speaks of this run");
    expect(judgeGain(runs("d1", [1], rising), rng())).toBeNull();
  });
});

/** A sample of problem `i` of one of two RL seeds, before or after. */
interface Settings {
  readonly global: number;
  readonly passed: boolean;
}

const everything = (
  decoded: { readonly steps: readonly number[]; readonly samples: number },
  settings: (estimator: string, i: number, steps: number, sample: number) => Settings,
): RlSample[] =>
  ["before", "coupled"].flatMap(estimator =>
    orders.flatMap(order =>
      decoded.steps.flatMap(steps =>
        [1, 2].flatMap(seed =>
          Array.from({ length: 30 }, (_, i) => i).flatMap(i =>
            Array.from({ length: decoded.samples }, (_, sample) => {
              const { global, passed } = settings(estimator, i, steps, sample);
              const list = [global + 0.01 * (i % 3)];
              const unit = { ...order, estimator, steps, seed, problem: `${seed} ${i}` };
              const grade = { passedBase: passed, passedPlus: passed, correct: null };
              return { ...unit, ...grade, ...noOrder, localArnessEos: list, globalArnessEos: list };
            }),
          ),
        ),
      ),
    ),
  );

describe("before and after", () => {
  const judgeOrder = (before: number, after: number) =>
    judgeF4Rl(
      everything({ steps: [36], samples: 1 }, estimator => ({
        global: estimator === "before" ? before : after,
        passed: true,
      })),
      rng(),
    );

  it("F4-rl holds where global AR-ness falls, not where it rises", () => {
    expect(judgeOrder(0.8, 0.7)).toMatchObject({ verdict: "holds", n: 60, seeds: 2 });
    expect(judgeOrder(0.8, 0.7).measured).toBeCloseTo(0.1, 9);
    expect(judgeOrder(0.7, 0.8).verdict).toBe("does-not-hold");
  });

  it("F11-rl holds where the loss at half the steps shrinks, not where it grows", () => {
    const judge = (lost: Readonly<Record<string, number>>) =>
      judgeF11Rl(
        everything({ steps: [36, 18, 9], samples: 1 }, (estimator, i, steps) => ({
          global: 0.5,
          passed: i < (steps === 36 ? 20 : steps === 18 ? 20 - lost[estimator] : 0),
        })),
        rng(),
      );
    expect(judge({ before: 16, coupled: 2 })).toMatchObject({ verdict: "holds", n: 60, seeds: 2 });
    expect(judge({ before: 16, coupled: 2 }).measured).toBeCloseTo(0.7, 9);
    expect(judge({ before: 2, coupled: 16 }).verdict).toBe("does-not-hold");
  });

  it("RL-narrow holds where samples agree afterwards, not where they agreed before", () => {
    const judge = (agreeing: string) =>
      judgeNarrow(
        everything({ steps: [36], samples: 10 }, (estimator, i, _, sample) => ({
          global: 0.5,
          passed: estimator === agreeing ? i < 20 : sample === i % 10,
        })).filter(row => row.remasking === orders[0].remasking && row.tieRule === orders[0].tieRule),
        rng(),
      );
    expect(judge("coupled")).toMatchObject({ verdict: "holds", n: 60, seeds: 2 });
    expect(judge("coupled").measured).toBeCloseTo(0.9, 9);
    expect(judge("before").verdict).toBe("does-not-hold");
  });
});

describe("Table 2", () => {
  it("has a line per model, ours with intervals and published numbers marked", () => {
    const row = { mean: 0.5, lower: 0.4, upper: 0.625, n: 60, seeds: 1 };
    const lines = table2Markdown([
      { ...row, estimator: "before", suite: "base" },
      { ...row, estimator: "d1", suite: "base" },
      { ...row, estimator: "d1", suite: "plus", mean: 0.25 },
    ]).split("\n");
    expect(lines[0]).toContain("published: HumanEval");
    expect(lines[2]).toBe(
      "| before | 50.0 [40.0, 62.5] | - | 60 problems, 1 RL seed | 72.0 / 65.2 / 75.1 / 61.9 |",
    );
    expect(lines[3]).toBe("| d1 | 50.0 [40.0, 62.5] | 25.0 [40.0, 62.5] | 60 problems, 1 RL seed | - |");
  });
});
