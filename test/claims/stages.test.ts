/** Claims about stages, steps, blocks and maps of confidence, each on a table that it fits and on one that it does not. */
import { noOrder } from "../analysis/settings.js";
import { describe, expect, it } from "vitest";
import { judgeF11 } from "../../src/lib/claims/f11-fewer-steps.js";
import { judgeF4, type StageSample } from "../../src/lib/claims/f4-stages.js";
import { judgeF9 } from "../../src/lib/claims/f9-confidence-map.js";
import { judgeN1 } from "../../src/lib/claims/n1-blocks.js";
import { orders } from "../../src/lib/claims/orders.js";
import { Rng } from "../../src/lib/core/rng.js";

const rng = () => Rng.fromSeed(0);
const units = [1, 2].flatMap(seed => Array.from({ length: 20 }, (_, i) => ({ seed, problem: `p${i}`, i })));
/** A little spread, the same for a problem wherever it appears. */
const jitter = (i: number) => 0.01 * (i % 3);

describe("F4", () => {
  /** AR-ness by stage under the public order; under the others always 0.5. */
  const samples = (arness: Readonly<Record<string, number>>, solvedBy: Readonly<Record<string, number>>) =>
    Object.entries(arness).flatMap(([checkpoint, value]) =>
      orders.flatMap((order, o) =>
        units.map(({ seed, problem, i }): StageSample => {
          const list = [o === 0 ? value + jitter(i) : 0.5];
          const scopes = {
            ...noOrder,
            localArness: list,
            globalArness: list,
            localArnessEos: list,
            globalArnessEos: list,
          };
          const passedBase = i < (solvedBy[checkpoint] ?? 0);
          return { ...order, seed, problem, checkpoint, passedBase, ...scopes };
        }),
      ),
    );
  const fitting = {
    ...{ stage1: 0.6, "stage1-long": 0.7, "stage2-1epoch": 0.8, stage2: 0.7 },
    ...{ "instruct-1epoch": 0.9, instruct: 0.8 },
  };
  const verdicts = (rows: readonly StageSample[]) =>
    Object.fromEntries(judgeF4(rows, rng()).map(c => [c.id, c.verdict]));

  it("holds when longer stage I is more autoregressive and worse, and more epochs are less autoregressive", () => {
    const rows = samples(fitting, { stage1: 15, "stage1-long": 5 });
    expect(verdicts(rows)).toEqual({
      ...{ "F4-long": "holds", "F4-long-pass": "holds" },
      ...{ "F4-stage2": "holds", "F4-stage3": "holds" },
    });
    const [long] = judgeF4(rows, rng());
    expect(long.measured).toBeCloseTo(0.1, 9);
    expect([long.n, long.seeds]).toEqual([20, 2]);
  });

  it("does not hold for the opposite, and is open about equal pass@1", () => {
    const reversed = {
      ...{ stage1: 0.7, "stage1-long": 0.6, "stage2-1epoch": 0.7, stage2: 0.8 },
      ...{ "instruct-1epoch": 0.8, instruct: 0.9 },
    };
    expect(verdicts(samples(reversed, { stage1: 5, "stage1-long": 5 }))).toEqual({
      ...{ "F4-long": "does-not-hold", "F4-long-pass": "inconclusive" },
      ...{ "F4-stage2": "does-not-hold", "F4-stage3": "does-not-hold" },
    });
  });

  it("leaves out a problem that has no order before its end token on one side", () => {
    const rows = samples(fitting, {}).map(row =>
      row.checkpoint === "stage1" && row.problem === "p0" ? { ...row, globalArnessEos: [NaN] } : row,
    );
    expect(judgeF4(rows, rng())[0].n).toBe(19);
  });
});

describe("F11", () => {
  /** Of twenty problems, how many each model solves at 36 and 18 steps. */
  const samples = (solved: Readonly<Record<string, readonly [number, number]>>) =>
    Object.entries(solved).flatMap(([key, counts]) => {
      const [checkpoint, temperature] = key.split(" ");
      return [36, 18].flatMap((steps, s) =>
        units.map(({ seed, problem, i }) => ({
          ...{ seed, problem, checkpoint, temperature: Number(temperature), steps },
          passedBase: i < counts[s],
        })),
      );
    });
  const verdicts = (solved: Readonly<Record<string, readonly [number, number]>>) =>
    judgeF11(samples(solved), "one", "five", rng()).map(c => [c.id, c.verdict]);

  it("holds when more epochs, and more heat, lose less both ways", () => {
    expect(verdicts({ "one 0.2": [16, 4], "five 0.2": [18, 12], "five 1": [10, 9] })).toEqual([
      ["F11-epochs", "holds"],
      ["F11-temperature", "holds"],
    ]);
  });

  it("is inconclusive when only the share is smaller, and fails for the opposite", () => {
    expect(verdicts({ "one 0.2": [8, 4], "five 0.2": [16, 12], "five 1": [10, 1] })).toEqual([
      ["F11-epochs", "inconclusive"],
      ["F11-temperature", "does-not-hold"],
    ]);
  });
});

describe("F9", () => {
  const samples = (base: number, instruct: number) =>
    [["stage2", base] as const, ["instruct", instruct] as const].flatMap(([checkpoint, gain]) =>
      units.map(({ seed, problem, i }) => ({
        seed,
        problem,
        checkpoint,
        right: gain + jitter(i),
        left: NaN,
      })),
    );

  it("needs the right neighbour to gain more than the others in both models", () => {
    const verdict = (base: number, instruct: number) =>
      judgeF9(samples(base, instruct), ["stage2", "instruct"], rng()).verdict;
    expect(verdict(0.5, 0.3)).toBe("holds");
    expect(verdict(-0.5, 0.3)).toBe("does-not-hold");
    expect(verdict(-0.01, 0.3)).toBe("inconclusive");
  });
});

describe("N1", () => {
  /** Global AR-ness by block length, the same under every order. */
  const judge = (byBlock: Readonly<Record<number, number>>) =>
    judgeN1(
      Object.entries(byBlock).flatMap(([block, value]) =>
        orders.flatMap(order =>
          units.map(({ seed, problem, i }) => ({
            ...order,
            ...{ seed, problem, block: Number(block), passedBase: true },
            ...noOrder,
            globalArnessEos: [value === 1 ? 1 : value + jitter(i)],
          })),
        ),
      ),
      rng(),
    );

  it("holds for a fall from exactly 1, also where it levels off", () => {
    const judged = judge({ 1: 1, 2: 0.9, 4: 0.8, 36: 0.8 });
    expect(judged.verdict).toBe("holds");
    expect(judged.measured).toBeCloseTo(0.2 - 0.0095, 9);
  });

  it("fails when AR-ness rises again, or is not exactly 1 in blocks of one token", () => {
    expect(judge({ 1: 1, 2: 0.7, 4: 0.8, 36: 0.6 }).verdict).toBe("does-not-hold");
    expect(judge({ 1: 0.99, 2: 0.9, 4: 0.8, 36: 0.7 }).verdict).toBe("does-not-hold");
  });
});
