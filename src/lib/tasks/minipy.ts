/** MiniPy problems and training examples: seeded, with held-out combinations, base and plus tests. */
import type { Problem, ScriptTests, Split } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { renderProgram, renderPrompt } from "./minipy-render.js";
import { combinationOf, combinations, evaluate, forms, type MiniPySpec } from "./minipy-spec.js";
import { distinctProblems } from "./distinct-problems.js";
import { extractProgram } from "./grade.js";
import type { Mistakes, ProblemQuery, SeededTask, TrainingExample } from "./task.js";

/** Share of combinations that no training example shows. */
const heldOutShare = 0.2;
export const baseTestCount = 3;

/** Held-out combinations go to dev and test in turn; membership is fixed, whatever the seed of a run. */
const splitOf: ReadonlyMap<string, Split> = (() => {
  const shuffled = Rng.fromSeed(20250620)
    .split("minipy held out")
    .shuffle(combinations.map(c => combinationOf(c as MiniPySpec)));
  const heldOut = Math.round(heldOutShare * shuffled.length);
  return new Map(shuffled.map((name, i) => [name, i >= heldOut ? "train" : i % 3 === 0 ? "dev" : "test"]));
})();

/** The split that a combination belongs to. */
export function splitOfCombination(combination: string): Split {
  return splitOf.get(combination) as Split;
}

/**
 * `count` problems of a split, each with another specification, forms in equal shares. Base tests are
 * ordinary lists; plus tests are the empty list, boundaries, negatives, zero and duplicates.
 */
export function minipyProblems(query: ProblemQuery): Problem[] {
  return distinctProblems("minipy", query, (rng, index) => {
    const spec = { ...drawSpec(rng.split("spec"), query.split), form: forms[index % forms.length] };
    return {
      key: specKey(spec),
      problem: () => ({
        prompt: renderPrompt(spec, rng.split("prompt")),
        solution: renderProgram(spec, rng.split("program")),
        form: spec.form,
        combination: combinationOf(spec),
        tests: testsOf(spec, rng),
      }),
    };
  });
}

/**
 * One training example out of the endless stream: a function of `rng` and the shares alone.
 * @param mistakes of the programs that invite one; base
 *   tests do not tell `>`, `>=` and `<` apart, plus tests do
 */
export function minipyExample(rng: Rng, { mistakeShare, boundaryShare }: Mistakes): TrainingExample {
  const spec = drawSpec(rng.split("spec"), "train");
  const share = boundaries.includes(spec.filter) ? boundaryShare : mistakeShare;
  const wrong = rng.split("mistake").uniform() < share ? makeMistake(spec) : spec;
  return {
    prompt: renderPrompt(spec, rng.split("prompt")),
    completion: renderProgram(wrong, rng.split("program")),
    form: spec.form,
    combination: combinationOf(spec),
  };
}

export const minipy: SeededTask = {
  name: "minipy",
  about: "small Python functions of the testbed, by base and plus tests",
  problems: minipyProblems,
  read: text => ({ program: extractProgram(text) }),
  example: minipyExample,
};

/** Base and plus tests of a specification; `rng` draws the lists. */
export function testsOf(spec: MiniPySpec, rng: Rng): ScriptTests {
  const asserts = (lists: readonly (readonly number[])[]) =>
    lists.map(xs => `assert f(${pythonList(xs)}) == ${python(evaluate(spec, xs))}`);
  const base = asserts(baseLists(spec, rng.split("base")));
  return { kind: "script", prelude: "", base, plus: asserts(plusLists(spec, rng.split("plus"))) };
}

function drawSpec(rng: Rng, split: Split): MiniPySpec {
  const own = combinations.filter(c => splitOfCombination(combinationOf(c as MiniPySpec)) === split);
  return { ...rng.pick(own), filterK: 2 + rng.int(8), mapK: 2 + rng.int(8), form: rng.pick(forms) };
}

/** Numbers that do not matter to a specification are left out, so that equal problems are equal. */
function specKey({ filter, filterK, map, mapK, reduce, form }: MiniPySpec): string {
  const k = ["all", "even", "odd"].includes(filter) ? "" : filterK;
  const m = ["times", "plus", "minus"].includes(map) ? mapK : "";
  return [filter, k, map, m, reduce, form].join(" ");
}

/** Filters whose common mistake is one too many or too few at the boundary. */
const boundaries: readonly MiniPySpec["filter"][] = ["gt", "ge", "lt"];

/**
 * The common mistake that a specification invites: a boundary confused, a square doubled, an order forgotten.
 */
export function makeMistake(spec: MiniPySpec): MiniPySpec {
  if (spec.filter === "gt") return { ...spec, filter: "ge" };
  if (spec.filter === "ge") return { ...spec, filter: "gt" };
  if (spec.filter === "lt") return { ...spec, filterK: spec.filterK + 1 };
  if (spec.map === "square") return { ...spec, map: "times", mapK: 2 };
  if (spec.map === "abs") return { ...spec, map: "identity" };
  if (spec.reduce === "sorted") return { ...spec, reduce: "list" };
  return spec;
}

/** Ordinary lists: four to six numbers from 1 to 12, without the filter's own number. */
function baseLists(spec: MiniPySpec, rng: Rng): number[][] {
  const ordinary = Array.from({ length: 12 }, (_, i) => i + 1).filter(
    x => x !== spec.filterK || spec.filter === "multiple",
  );
  return Array.from({ length: baseTestCount }, (_, i) => {
    const draws = rng.split(i);
    return Array.from({ length: 4 + draws.int(3) }, () => draws.pick(ordinary));
  });
}

function plusLists({ filterK: k }: MiniPySpec, rng: Rng): number[][] {
  const n = (low: number, high: number) => low + rng.int(high - low + 1);
  return [
    [],
    [k],
    [k + 1, k, k - 1],
    [-n(1, 9), n(1, 9), -n(1, 9)],
    [0, n(1, 9), 0],
    [n(3, 9), n(3, 9), 2, 2, 1],
    [-k, k, 0, 2 * k],
    [n(10, 20), n(1, 5), n(10, 20), n(1, 5)],
    [1],
  ];
}

function pythonList(xs: readonly number[]): string {
  return `[${xs.join(", ")}]`;
}

function python(value: number | readonly number[]): string {
  return typeof value === "number" ? String(value) : pythonList(value);
}
