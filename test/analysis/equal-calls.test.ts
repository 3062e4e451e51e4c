/** Methods at equal calls: the opponent is chosen by what it costs, never by what it scores. */
import { methodOf, settingInWords } from "../../src/lib/analysis/setting.js";
import { noOrder, settingColumns } from "./settings.js";
import { describe, expect, it } from "vitest";
import { matchedByCalls, meanCalls, methodRows, paretoFront } from "../../src/lib/analysis/equal-calls.js";
import { Rng } from "../../src/lib/core/rng.js";

const row = (seed: number, policy: string, calls: number, passedBase: boolean, problem = "p") => ({
  ...{ seed, problem, calls, passedBase, ...settingColumns(policy), remasking: "probability", steps: 36 },
  ...{ passedPlus: null, correct: null, tokenPositions: 50 * calls, ...noOrder, globalArnessEos: [0.5] },
});

describe("the setting that is matched", () => {
  const candidates = [1, 2].flatMap(seed => [
    row(seed, "threshold tau=0.5", 4, true),
    row(seed, "threshold tau=0.8", 9, false),
    row(seed, "threshold tau=0.9", 7 + 2 * seed, false), // 9 with seed 1, 11 with seed 2
    row(seed, "threshold tau=0.99", 20, true),
  ]);
  const reference = [1, 2].map(seed => row(seed, "quota", 7 + seed, false)); // 8 and 9

  it("makes most calls without making more, for each seed, whatever passes", () => {
    const matched = matchedByCalls(reference, candidates);
    expect(matched.map(found => [found.seed, settingInWords(found)])).toEqual([
      [1, "threshold tau=0.5"],
      [2, "threshold tau=0.8"],
    ]);
    expect(meanCalls(matched)).toBe(6.5);
  });

  it("does not exist where all make more", () => {
    expect(() => matchedByCalls([row(1, "quota", 3, true)], candidates)).toThrow(
      /no setting makes as few as 3.0 calls with seed 1; run a bolder one/,
    );
  });
});

describe("methods as rows", () => {
  it("have pass@1, calls and order by method and setting", () => {
    const rows = [
      row(1, "threshold tau=0.9", 8, true),
      row(1, "threshold tau=0.9", 10, false, "q"),
      row(1, "threshold tau=0.5", 4, false),
    ];
    const found = methodRows(rows, methodOf, Rng.fromSeed(0));
    expect(found.map(({ series, label, calls, mean, n }) => ({ series, label, calls, mean, n }))).toEqual([
      { series: "threshold", label: "tau=0.5", calls: 4, mean: 0, n: 1 },
      { series: "threshold", label: "tau=0.9", calls: 9, mean: 0.5, n: 2 },
    ]);
    expect(found[1]).toMatchObject({ tokenPositions: 450, globalArness: 0.5 });
  });

  it("are named by method, with what is particular", () => {
    const named = (policy: string, steps = 36) =>
      Object.values(methodOf({ ...settingColumns(policy), remasking: "margin", steps }));
    expect(named("quota", 9)).toEqual(["fixed, margin", "9 steps"]);
    expect(named("quota blocks=4", 18)).toEqual(["fixed, in blocks", "18 steps blocks=4 margin"]);
    expect(named("dilated")).toEqual(["dilated", "defaults"]);
    expect(named("entropy-bounded gamma=1 spacing=8")).toEqual([
      "entropy-bounded, spaced",
      "gamma=1 spacing=8",
    ]);
    expect(named("lookahead paths=2", 9)).toEqual(["lookahead", "9 steps paths=2"]);
    expect(named("quota blocks=4 cache=dual")).toEqual([
      "fixed, in blocks, dual cache",
      "36 steps blocks=4 margin",
    ]);
    expect(named("quota cache=prefix")).toEqual(["fixed, margin, prefix cache", "36 steps"]);
    expect(named("quota soft", 9)).toEqual(["fixed, margin, soft masks", "9 steps"]);
    expect(named("threshold tau=0.9 blocks=4 cache=dual")).toEqual([
      "threshold, dual cache",
      "tau=0.9 blocks=4",
    ]);
  });
});

it("the Pareto front holds what no other beats", () => {
  const points = [
    [9, 0.5],
    [18, 0.6],
    [9, 0.4],
    [12, 0.5],
    [36, 0.6],
    [4, 0.1],
  ].map(([calls, mean]) => ({ calls, mean }));
  expect(paretoFront(points).map(p => p.calls)).toEqual([4, 9, 18]);
  expect(paretoFront(points, p => -p.calls).map(p => p.calls)).toEqual([36]);
});
