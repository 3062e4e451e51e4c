import { noOrder } from "./settings.js";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/lib/core/rng.js";
import { arnessByGroup } from "../../src/lib/analysis/arness-by-group.js";
import { passAtKByGroup } from "../../src/lib/analysis/pass-by-group.js";
import { table } from "../../src/lib/analysis/table.js";

const rng = () => Rng.fromSeed(3);

const base = {
  seed: 1,
  problem: "p0",
  task: "minipy",
  checkpoint: "instruct",
  remasking: "neg-entropy",
  tieRule: "leftmost",
  temperature: 0.2,
  steps: 4,
  form: "loop",
  ...noOrder,
  localArness: [0.5, 0.25],
  globalArness: [0.75],
  localArnessEos: [1, 1],
  globalArnessEos: [1],
  passedBase: true as boolean | null,
  passedPlus: false as boolean | null,
  correct: null as boolean | null,
};
const settings = {
  task: "minipy",
  model: "instruct",
  remasking: "neg-entropy",
  tieRule: "leftmost",
  temperature: 0.2,
  steps: 4,
};

/** One group per way of decoding. */
function decodingOf(row: typeof base) {
  const { task, checkpoint, remasking, tieRule, temperature, steps } = row;
  return { task, model: checkpoint, remasking, tieRule, temperature, steps };
}

describe("the table of AR-ness", () => {
  it("has a row per way of decoding, scope, kind and k", () => {
    const rows = arnessByGroup([base, { ...base, problem: "p1" }], decodingOf, rng());
    expect(rows.map(r => [r.scope, r.kind, r.k, r.mean])).toEqual([
      ["window", "local", 1, 0.5],
      ["window", "local", 2, 0.25],
      ["window", "global", 1, 0.75],
      ["eos", "local", 1, 1],
      ["eos", "local", 2, 1],
      ["eos", "global", 1, 1],
    ]);
    expect(rows[0]).toEqual({
      ...settings,
      scope: "window",
      kind: "local",
      k: 1,
      mean: 0.5,
      lower: 0.5,
      upper: 0.5,
      sd: 0,
      n: 2,
      seeds: 1,
      samples: 2,
    });
  });

  it("never averages over tie rules, scores, temperatures, steps, tasks or models", () => {
    const others = [
      { tieRule: "random" },
      { remasking: "random" },
      { temperature: 1 },
      { steps: 2 },
      { task: "minimath" },
      { checkpoint: "stage-1" },
    ];
    const samples = [base, ...others.map(other => ({ ...base, ...other }))];
    const means = table(arnessByGroup(samples, decodingOf, rng()));
    expect(
      means.groupby("task", "model", "remasking", "tieRule", "temperature", "steps").count().numRows(),
    ).toBe(7);
    expect(new Set(Array.from(means.array("samples")))).toEqual(new Set([1]));
  });

  it("averages samples of a problem, then problems, then seeds", () => {
    const value = (seed: number, problem: string, x: number) => ({
      ...base,
      seed,
      problem,
      globalArness: [x],
    });
    const samples = [value(1, "a", 0), value(1, "a", 1), value(1, "b", 1), value(2, "a", 0)];
    const row = arnessByGroup(samples, decodingOf, rng()).find(
      r => r.kind === "global" && r.scope === "window",
    )!;
    expect(row).toMatchObject({ mean: (0.75 + 0) / 2, n: 2, seeds: 2, samples: 4 });
  });

  it("leaves out samples without a score and says how many remain", () => {
    const empty = { ...base, problem: "p1", localArnessEos: [NaN, NaN], globalArnessEos: [NaN] };
    const rows = arnessByGroup([base, empty], decodingOf, rng());
    expect(rows.find(r => r.scope === "eos" && r.kind === "global")).toMatchObject({
      mean: 1,
      samples: 1,
      n: 1,
    });
    expect(arnessByGroup([empty], decodingOf, rng()).some(r => r.scope === "eos")).toBe(false);
  });

  it("can be told apart by form as well", () => {
    const rows = [base, { ...base, form: "staged", globalArness: [0.25] }];
    const byForm = table(arnessByGroup(rows, row => ({ ...decodingOf(row), form: row.form }), rng()));
    const global = byForm.filter(
      (d: { kind: string; scope: string }) => d.kind === "global" && d.scope === "window",
    );
    expect(global.array("form")).toEqual(["loop", "staged"]);
    expect(global.array("mean")).toEqual([0.75, 0.25]);
  });

  it("keeps a group's interval when another group is added", () => {
    const spread = [0, 0.2, 0.9].map((x, i) => ({ ...base, problem: `p${i}`, globalArness: [x] }));
    const alone = arnessByGroup(spread, decodingOf, rng());
    const beside = arnessByGroup([{ ...base, steps: 9 }, ...spread], decodingOf, rng());
    expect(beside.filter(r => r.steps === 4)).toEqual(alone);
  });
});

describe("the table of pass@k", () => {
  const graded = (problem: string, grades: readonly boolean[]) =>
    grades.map(passed => ({ ...base, problem, passedBase: passed, passedPlus: false }));

  it("is the mean over problems of the unbiased estimate, base and plus", () => {
    const samples = [...graded("a", [true, false, false, false]), ...graded("b", [true, true, true, true])];
    const rows = passAtKByGroup(samples, [1, 2], decodingOf, rng());
    expect(rows.map(r => [r.suite, r.k, r.mean])).toEqual([
      ["base", 1, 0.625],
      ["base", 2, 0.75],
      ["plus", 1, 0],
      ["plus", 2, 0],
    ]);
    expect(rows[0]).toMatchObject({ ...settings, n: 2, seeds: 1, samples: 8 });
    expect(rows[0].lower).toBe(0.25);
    expect(rows[0].upper).toBe(1);
  });

  it("takes the answer where a task has one, and leaves out the tests it does not have", () => {
    const sample = { ...base, task: "minimath", passedBase: null, passedPlus: null, correct: true };
    const rows = passAtKByGroup([sample], [1], decodingOf, rng());
    expect(table(rows).objects()).toMatchObject([{ suite: "answer", k: 1, mean: 1 }]);
  });

  it("refuses a k beyond the samples of a problem", () => {
    expect(() => passAtKByGroup(graded("a", [true]), [10], decodingOf, rng())).toThrow(/n=1 samples.*k=10/);
  });
});
