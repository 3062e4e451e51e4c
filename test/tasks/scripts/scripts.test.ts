/** Scripts: every problem is right, evenly spread, and hard in the way that the testbed's gates ask for. */
import { describe, expect, it } from "vitest";
import type { ScriptTests } from "../../../src/lib/core/records.js";
import { Rng } from "../../../src/lib/core/rng.js";
import { problemsOf } from "../../../src/lib/checkpoints/testbed.js";
import { gradeAll } from "../../../src/lib/study/grading.js";
import { sharedSandbox } from "../../../src/lib/study/shared-sandbox.js";
import { askedConditions, comparisonWith } from "../../../src/lib/tasks/scripts/comparators.js";
import { scripts, splitOf } from "../../../src/lib/tasks/scripts/scripts.js";
import { hasEdge } from "../../../src/lib/tasks/scripts/program.js";
import {
  combinationOf,
  evaluate,
  filters,
  forms,
  isComparator,
  partnersOf,
  withNumbers,
  type ScriptSpec,
} from "../../../src/lib/tasks/scripts/spec.js";

const test = problemsOf("scripts", "test", 600);
const dev = problemsOf("scripts", "dev", 300);
const example = (i: number, boundaryShare = 0) =>
  scripts.example!(Rng.fromSeed(7).split(i), { mistakeShare: 0, boundaryShare });

const spec: ScriptSpec = {
  conditions: [
    { filter: "over", k: 5 },
    { filter: "even", k: 0 },
  ],
  ...{ role: "both", change: "times", m: 3, result: "largest", form: "list" },
};

describe("what a script must do", () => {
  it("joins conditions, changes what is kept and makes the result", () => {
    const xs = [4, 5, 6, 7, 8, 6];
    const of = (overrides: Partial<ScriptSpec>) => evaluate({ ...spec, result: "list", ...overrides }, xs);
    expect(of({})).toEqual([18, 24, 18]);
    expect(of({ role: "either" })).toEqual([12, 18, 21, 24, 18]);
    expect(of({ role: "choose" })).toEqual([18, 7, 24, 18]);
    expect(of({ result: "distinct" })).toBe(2);
    expect(of({ result: "reversed" })).toEqual([18, 24, 18]);
    expect(evaluate(spec, [])).toBe(0);
  });

  it("pairs every filter with six others, so that both conditions are spread evenly", () => {
    expect(filters.map(filter => partnersOf(filter).length)).toEqual(filters.map(() => 6));
  });

  it("draws numbers of which each tells what it belongs to", () => {
    for (let i = 0; i < 200; i++) {
      const { conditions, m } = withNumbers(spec, Rng.fromSeed(i));
      expect(conditions[0].k).not.toBe(m);
    }
  });
});

describe("problems", () => {
  it("are 600 of at least 150 held-out combinations, of which neither training nor dev shows any", () => {
    const tested = new Set(test.map(({ combination }) => combination));
    expect(tested.size).toBeGreaterThanOrEqual(150);
    const others = [...dev, ...Array.from({ length: 2000 }, (_, i) => example(i))];
    expect(others.filter(({ combination }) => tested.has(combination))).toEqual([]);
  });

  it("hold out 7 of 56 changes and results of every condition", () => {
    const split = (change: ScriptSpec["change"], result: ScriptSpec["result"]) =>
      splitOf({ ...spec, change, result });
    const changes = ["times", "plus", "minus", "square", "half", "negate", "abs"] as const;
    const results = [
      "sum",
      "product",
      "largest",
      "smallest",
      "list",
      "sorted",
      "reversed",
      "distinct",
    ] as const;
    const splits = changes.flatMap(change => results.map(result => split(change, result)));
    expect(["dev", "test", "train"].map(name => splits.filter(s => s === name).length)).toEqual([2, 5, 49]);
  });

  it("are the same for every training seed", () => {
    expect(problemsOf("scripts", "test", 40, 3)).toEqual(test.slice(0, 40));
  });

  it("ask for each filter and each form equally often, whatever their number", () => {
    for (const problems of [test, test.slice(0, 240)]) {
      const asked = problems.flatMap(({ prompt }) => askedConditions(prompt).map(({ filter }) => filter));
      expect(asked.length).toBe(2 * problems.length);
      const inFilter = (filter: string) => asked.filter(f => f === filter).length;
      expect(filters.map(inFilter)).toEqual(filters.map(() => problems.length / 4));
      const inForm = (form: string) => problems.filter(problem => problem.form === form).length;
      expect(forms.map(inForm)).toEqual(forms.map(() => problems.length / forms.length));
    }
  });

  it("name no program in their prompts, but in one word its form", () => {
    expect(test.filter(({ prompt, form }) => !prompt.startsWith(`${form}: `))).toEqual([]);
    expect(test.filter(({ prompt }) => /[<>=%*\[]|\bfor\b/.test(prompt))).toEqual([]);
  });

  it("name two joined comparators in the order of their programs", () => {
    const joined = test.flatMap(({ prompt, solution }) => {
      const ks = askedConditions(prompt).map(({ filter, k }) => (isComparator(filter) ? `${k}` : ""));
      return prompt.includes("if ") || ks.includes("") ? [] : [{ prompt, solution, ks }];
    });
    expect(joined.length).toBeGreaterThan(50);
    const inOrder = (text: string, ks: readonly string[]) =>
      [...ks].sort((a, b) => text.search(new RegExp(`\\b${a}\\b`)) - text.search(new RegExp(`\\b${b}\\b`)));
    for (const { prompt, solution, ks } of joined) expect(inOrder(solution, ks)).toEqual(inOrder(prompt, ks));
  });

  it("expect only numbers that Python and JavaScript print alike", () => {
    const numbers = test
      .flatMap(({ tests }) => [
        ...((tests as ScriptTests).base ?? []),
        ...((tests as ScriptTests).plus ?? []),
      ])
      .flatMap(text => text.match(/-?\d[\d.e+]*/g) ?? []);
    expect(numbers.filter(n => !Number.isSafeInteger(Number(n)) || /[.e]/.test(n) || n === "-0")).toEqual([]);
  });

  it("are passed by their own solutions, in all forms, and not by a neighbour's", async () => {
    const passed = async (text: (i: number) => string, count: number) => {
      const texts = Array.from({ length: count }, (_, i) => ({ problem: test[i], text: text(i) }));
      return (await gradeAll(texts, sharedSandbox)).filter(({ passedPlus }) => passedPlus).length;
    };
    expect(await passed(i => test[i].solution, 120)).toBe(120);
    expect(await passed(i => test[i + 1].solution, 60)).toBe(0);
  });
});

describe("base tests", () => {
  it("do not see what a careless program forgets; plus tests do", async () => {
    const careless = test.slice(0, 160).flatMap(problem => {
      const text = problem.solution.replace(", default=0)", ")").replace(/len\(set\((.*)\)\)/, "len($1)");
      return text === problem.solution ? [] : [{ problem, text }];
    });
    expect(careless.length).toBeGreaterThan(40);
    const grades = await gradeAll(careless, sharedSandbox);
    const share = (key: "passedBase" | "passedPlus") => grades.filter(g => g[key]).length / grades.length;
    expect(share("passedBase")).toBeGreaterThan(0.9);
    expect(share("passedPlus")).toBeLessThan(0.1);
  });

  it("pass a program with a comparison turned round where plus tests do not, and seldom", async () => {
    const turned = test.slice(0, 120).flatMap(problem => {
      const text = problem.solution.replace(/ (<=?|>=?) (?=\d|[xn])/, (_, sign: string) =>
        sign[0] === "<" ? " > " : " < ",
      );
      return text === problem.solution ? [] : [{ problem, text }];
    });
    const grades = await gradeAll(turned, sharedSandbox);
    const share = (key: "passedBase" | "passedPlus") => grades.filter(g => g[key]).length / turned.length;
    expect(share("passedBase")).toBeLessThan(0.2);
    expect(share("passedPlus")).toBeLessThan(0.05);
  });
});

describe("training examples", () => {
  it("forget an edge case in the share asked for, and are right else", () => {
    const edges = Array.from({ length: 600 }, (_, i) => [example(i), example(i, 0.5)] as const);
    const differ = edges.filter(([right, noisy]) => right.completion !== noisy.completion).length;
    const inviting = edges.filter(([{ completion }]) => /default=0|set\(|abs\(/.test(completion)).length;
    expect(differ / inviting).toBeGreaterThan(0.4);
    expect(differ / inviting).toBeLessThan(0.6);
    expect(hasEdge(spec)).toBe(true);
    expect(hasEdge({ ...spec, result: "sum" })).toBe(false);
  });

  it("are a function of their stream", () => {
    expect(example(3)).toEqual(example(3));
    expect(combinationOf(spec)).toBe("over-both-even-times-largest");
  });
});

describe("comparisons", () => {
  it("are read off prompt and program", () => {
    const read = (line: string) => comparisonWith(line, 5);
    expect(read("if x > 5:")).toEqual({ upward: true, strict: true });
    expect(read("t = n >= 5")).toEqual({ upward: true, strict: false });
    expect(read("if x > 15 and x < 5:")).toEqual({ upward: false, strict: true });
    expect(read("if x > 55:")).toBeNull();
    expect(
      askedConditions("list: take numbers at least 5 or less than 3, negated, return max or 0\n"),
    ).toEqual([
      { filter: "atLeast", k: 5 },
      { filter: "under", k: 3 },
    ]);
  });

  it("of every solution are those that its prompt asks for", () => {
    for (const { prompt, solution } of test)
      for (const { filter, k } of askedConditions(prompt).filter(c => isComparator(c.filter)))
        expect([prompt, comparisonWith(solution, k)]).toEqual([
          prompt,
          {
            upward: filter === "over" || filter === "atLeast",
            strict: filter === "over" || filter === "under",
          },
        ]);
  });
});
