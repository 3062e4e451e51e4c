/**
 * MiniPy: fixed by its seed, split by combination, right
 * under real Python, and graded by tests of two strengths.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Problem, Split } from "../../src/lib/core/records.js";
import { Rng } from "../../src/lib/core/rng.js";
import { extractProgram } from "../../src/lib/tasks/grade.js";
import {
  minipyExample,
  minipyProblems,
  makeMistake,
  splitOfCombination,
} from "../../src/lib/tasks/minipy.js";
import { scriptsOf } from "../../src/lib/tasks/task.js";
import { renderProgram } from "../../src/lib/tasks/minipy-render.js";
import {
  combinationOf,
  combinations,
  evaluate,
  forms,
  type MiniPySpec,
} from "../../src/lib/tasks/minipy-spec.js";

const splits: readonly Split[] = ["train", "dev", "test"];
const problemsOf = (split: Split, count = 150, seed = 1) => minipyProblems({ split, count, seed });
const mistakes = (share: number) => ({ mistakeShare: share, boundaryShare: share });
const allTests = (p: Problem) => Object.values(scriptsOf(p)).flat();
const combinationsIn = (problems: readonly Problem[]) => new Set(problems.map(p => p.combination));

const python = spawnSync("python3", ["--version"]).status === 0;
if (!python)
  console.warn("no python3 on this machine: what MiniPy's programs compute in Python is not checked");

/** Runs programs in one Python process: per program and argument list, what f returns, as JSON text. */
function inPython(
  jobs: readonly { readonly program: string; readonly lists: readonly (readonly number[])[] }[],
): string[][] {
  const judge = [
    "import json, sys",
    "out = []",
    "for job in json.load(sys.stdin):",
    "    names = {}",
    "    exec(job['program'], names)",
    "    out.append([json.dumps(names['f'](list(xs)), separators=(',', ':')) for xs in job['lists']])",
    "print(json.dumps(out))",
  ].join("\n");
  const run = spawnSync("python3", ["-c", judge], {
    input: JSON.stringify(jobs),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as string[][];
}

/** `assert f([1, 2]) == 3` as the list and the JSON text of the value. */
function parsed(test: string): { readonly xs: number[]; readonly value: string } {
  const [, list, value] = /^assert f\((\[.*?\])\) == (.*)$/.exec(test)!;
  return { xs: JSON.parse(list) as number[], value: JSON.stringify(JSON.parse(value)) };
}

describe("problems", () => {
  it("are the same for the same seed, others for another; a longer list begins with the shorter", () => {
    expect(problemsOf("test")).toEqual(problemsOf("test"));
    expect(problemsOf("test", 10)).toEqual(problemsOf("test").slice(0, 10));
    expect(problemsOf("test", 10, 2).map(p => p.prompt)).not.toEqual(
      problemsOf("test", 10).map(p => p.prompt),
    );
  });

  it("name each form in one of three prompts, as the solution is written", () => {
    const problems = problemsOf("train");
    for (const form of forms) expect(problems.filter(p => p.form === form)).toHaveLength(50);
    for (const p of problems) expect(p.prompt.startsWith(`${p.form}: `)).toBe(true);
    for (const p of problems) expect(p.solution.includes("    for x in xs:")).toBe(p.form === "loop");
    for (const p of problems) expect(p.solution.includes("a = [")).toBe(p.form === "staged");
  });

  it("have three base and nine plus tests, the empty list among the plus tests only", () => {
    for (const p of problemsOf("dev")) {
      const { base, plus } = scriptsOf(p);
      expect([base.length, plus.length]).toEqual([3, 9]);
      expect(plus.some(t => t.startsWith("assert f([]) =="))).toBe(true);
      expect(base.every(t => parsed(t).xs.every(x => x > 0) && parsed(t).xs.length >= 4)).toBe(true);
    }
  });
});

describe("the split", () => {
  it("holds out a fifth of 400 combinations, each in one split", () => {
    const of = (split: Split) =>
      combinations.filter(c => splitOfCombination(combinationOf(c as MiniPySpec)) === split);
    expect(combinations).toHaveLength(400);
    expect(of("train")).toHaveLength(320);
    expect(of("dev").length + of("test").length).toBe(80);
  });

  it("keeps the combinations of train, dev and test apart, whatever the seed", () => {
    const seen = splits.map(split => combinationsIn([...problemsOf(split), ...problemsOf(split, 150, 2)]));
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(i + 1)) expect([...a].filter(c => b.has(c))).toEqual([]);
  });

  it("shows training examples no held-out combination", () => {
    const root = Rng.fromSeed(7);
    const shown = Array.from(
      { length: 2000 },
      (_, i) => minipyExample(root.split(i), mistakes(0.2)).combination,
    );
    expect(new Set(shown.map(splitOfCombination))).toEqual(new Set(["train"]));
  });
});

describe("a training example", () => {
  const root = Rng.fromSeed(11);

  it("is a function of its stream alone", () => {
    expect(minipyExample(root.split(3), mistakes(0.2))).toEqual(
      minipyExample(Rng.fromSeed(11).split(3), mistakes(0.2)),
    );
    expect(minipyExample(root.split(3), mistakes(0))).not.toEqual(minipyExample(root.split(4), mistakes(0)));
  });

  it(
    "keeps its prompt when its program is mistaken, and every mistake changes what is computed " +
      "somewhere",
    () => {
      const lists = [[-7, -2, 0, 3, 2, 3], ...Array.from({ length: 10 }, (_, k) => [k, -k])];
      const changed = combinations.filter(c => {
        const spec: MiniPySpec = { ...c, filterK: 3, mapK: 5, form: "loop" };
        const wrong = makeMistake(spec);
        return lists.some(xs => JSON.stringify(evaluate(wrong, xs)) !== JSON.stringify(evaluate(spec, xs)));
      });
      expect(changed.length).toBeGreaterThan(combinations.length / 3);
      for (let i = 0; i < 200; i++)
        expect(minipyExample(root.split(i), mistakes(1)).prompt).toBe(
          minipyExample(root.split(i), mistakes(0)).prompt,
        );
    },
  );
});

describe("base and plus tests", () => {
  it(
    "differ where a boundary is confused: `>=` for `>` passes every base test and fails a plus test " +
      "(over 90%)",
    () => {
      const swapped = problemsOf("test", 400).flatMap(p => {
        const [filter, map, reduce] = p.combination.split("-") as [
          MiniPySpec["filter"],
          MiniPySpec["map"],
          MiniPySpec["reduce"],
        ];
        if (filter !== "gt" && filter !== "ge") return [];
        const tests = allTests(p).map(parsed);
        const holds = (s: MiniPySpec) => (t: ReturnType<typeof parsed>) =>
          JSON.stringify(evaluate(s, t.xs)) === t.value;
        const ks = [2, 3, 4, 5, 6, 7, 8, 9];
        const specs = ks.flatMap(filterK =>
          ks.map((mapK): MiniPySpec => ({ filter, map, reduce, filterK, mapK, form: "loop" })),
        );
        // The constants are those that the prompt names and the tests agree with.
        const spec = specs.find(s => p.prompt.includes(` ${s.filterK}`) && tests.every(holds(s)))!;
        const wrong = holds(makeMistake(spec));
        return [{ base: tests.slice(0, 3).every(wrong), all: tests.every(wrong) }];
      });
      expect(swapped.length).toBeGreaterThan(50);
      expect(swapped.filter(s => s.base && !s.all).length / swapped.length).toBeGreaterThan(0.9);
    },
  );
});

describe.runIf(python)("under real Python", () => {
  it("every combination in every form computes what the evaluator says", () => {
    const lists = [[], [5], [4, 5, 6, 5], [-3, 7, -8, 2, 0], [9, -9, 12, 1]];
    const root = Rng.fromSeed(5);
    const specs = combinations.flatMap(c =>
      forms.map((form): MiniPySpec => {
        const rng = root.split(`${combinationOf(c as MiniPySpec)} ${form}`);
        return { ...c, form, filterK: 2 + rng.int(8), mapK: 2 + rng.int(8) };
      }),
    );
    const programs = specs.map((s, i) => extractProgram(renderProgram(s, root.split(i)))!);
    const got = inPython(programs.map(program => ({ program, lists })));
    // JavaScript's -0 is Python's 0
    expect(got).toEqual(specs.map(s => lists.map(xs => JSON.stringify(evaluate(s, xs)))));
  });

  it("the solutions of every split pass their own base and plus tests", () => {
    for (const split of splits) {
      const problems = problemsOf(split, 60);
      const tests = problems.map(p => allTests(p).map(parsed));
      const jobs = problems.map((p, i) => ({
        program: extractProgram(p.solution)!,
        lists: tests[i].map(t => t.xs),
      }));
      expect(inPython(jobs)).toEqual(tests.map(list => list.map(t => t.value)));
    }
  });
});
