/**
 * Problems and training examples of scripts: seeded, evenly spread, with held-out combinations, base and
 * plus tests.
 */
import type { ScriptTests, Split } from "../../core/records.js";
import { Rng } from "../../core/rng.js";
import { distinctProblems } from "../distinct-problems.js";
import { extractProgram } from "../grade.js";
import type { Mistakes, SeededTask, TrainingExample } from "../task.js";
import { hasEdge, renderProgram } from "./program.js";
import { renderPrompt } from "./prompt.js";
import {
  changes,
  combinationOf,
  conditionName,
  evaluate,
  filters,
  forms,
  isComparator,
  keeps,
  ordinary,
  partnersOf,
  results,
  roles,
  specKey,
  withNumbers,
  type Change,
  type Filter,
  type Form,
  type Result,
  type Role,
  type ScriptSpec,
} from "./spec.js";

/**
 * Of the 56 changes and results of a condition, those that no training example joins with it; the same for
 * every seed.
 */
const devCombinations = 2;
const testCombinations = 5;

const baseTestCount = 3;

const heldOut = Rng.fromSeed(20250620).split("scripts held out");

const rest = changes.flatMap(change => results.map(result => `${change}-${result}`));
/** The rest by condition, held-out ones first. */
const shuffled = new Map<string, readonly string[]>();

/** The split that a specification's combination belongs to. */
export function splitOf(spec: Omit<ScriptSpec, "m" | "form">): Split {
  const condition = conditionName(spec);
  const order = shuffled.get(condition) ?? heldOut.split(condition).shuffle(rest);
  shuffled.set(condition, order);
  const place = order.indexOf(`${spec.change}-${spec.result}`);
  return place < devCombinations ? "dev" : place < devCombinations + testCombinations ? "test" : "train";
}

/** What is fixed of a specification before the rest is drawn. */
interface Stratum {
  readonly filters: readonly [Filter, Filter];
  readonly form: Form;
  readonly role: Role;
}

/**
 * Any filter with any form, role and second filter, in turn: a list's beginning is spread as evenly as the
 * whole.
 */
function stratumOf(index: number): Stratum {
  const [form, role, round] = [8, 40, 120].map(every => Math.floor(index / every));
  const place = index % filters.length;
  const partners = partnersOf(filters[place]);
  return {
    // every eight problems name each filter twice
    filters: [filters[place], partners[(place + role + round) % partners.length]],
    form: forms[form % forms.length],
    role: roles[role % roles.length],
  };
}

function drawStratum(rng: Rng): Stratum {
  const filter = rng.pick(filters);
  return { filters: [filter, rng.pick(partnersOf(filter))], form: rng.pick(forms), role: rng.pick(roles) };
}

/** A specification of the split and stratum. */
function drawSpec(rng: Rng, split: Split, { filters: [first, second], form, role }: Stratum): ScriptSpec {
  for (let draw = 0; ; draw++) {
    const own = rng.split(draw);
    const spec = {
      conditions: [
        { filter: first, k: 0 },
        { filter: second, k: 0 },
      ] as const,
      ...{ role, form },
      change: own.pick<Change>(changes),
      result: own.pick<Result>(results),
    };
    if (splitOf(spec) === split) return withNumbers(spec, own.split("numbers"));
  }
}

/**
 * One training example out of the endless stream: a function of `rng` and the shares alone.
 * @param mistakes `boundaryShare` of programs with an edge case forget it, which plus tests alone show;
 *   `mistakeShare` of all change the numbers in another way, which base tests show too
 */
function example(rng: Rng, { mistakeShare, boundaryShare }: Mistakes): TrainingExample {
  const spec = drawSpec(rng.split("spec"), "train", drawStratum(rng.split("stratum")));
  const careless = hasEdge(spec) && rng.split("careless").uniform() < boundaryShare;
  const mistake = rng.split("mistake");
  const written = mistake.uniform() < mistakeShare ? { ...spec, change: mistake.pick(changes) } : spec;
  return {
    prompt: renderPrompt(spec, rng.split("prompt")),
    completion: renderProgram(written, rng.split("program"), { careless }),
    form: spec.form,
    combination: combinationOf(spec),
  };
}

export const scripts: SeededTask = {
  name: "scripts",
  about: "Python functions with two-step conditions, by base and plus tests",
  problems: query =>
    distinctProblems("scripts", query, (rng, index) => {
      const spec = drawSpec(rng.split("spec"), query.split, stratumOf(index));
      return {
        key: specKey(spec),
        problem: () => ({
          prompt: renderPrompt(spec, rng.split("prompt")),
          solution: renderProgram(spec, rng.split("program"), { careless: false }),
          form: spec.form,
          combination: combinationOf(spec),
          tests: testsOf(spec, rng),
        }),
      };
    }),
  read: text => ({ program: extractProgram(text) }),
  example,
};

function testsOf(spec: ScriptSpec, rng: Rng): ScriptTests {
  const asserts = (lists: readonly (readonly number[])[]) =>
    lists.map(xs => `assert f(${python(xs)}) == ${python(evaluate(spec, xs))}`);
  const base = Array.from({ length: baseTestCount }, (_, i) => baseList(spec, rng.split("base").split(i)));
  return {
    kind: "script",
    prelude: "",
    base: asserts(base),
    plus: asserts(plusLists(spec, rng.split("plus"))),
  };
}

/**
 * An ordinary list: five different positive numbers, some kept and some not, none of them the number of a
 * comparator.
 */
function baseList(spec: ScriptSpec, rng: Rng): number[] {
  const edges = spec.conditions.filter(({ filter }) => isComparator(filter)).map(({ k }) => k);
  const plain = rng.shuffle(ordinary.filter(x => !edges.includes(x)));
  const kept = plain.filter(x => keeps(spec, x));
  const left = plain.filter(x => !keeps(spec, x));
  const chosen = new Set([...kept.slice(0, 2), ...left.slice(0, 1), ...plain]);
  return rng.split("order").shuffle([...chosen].slice(0, 5));
}

/** The empty list, the numbers of the conditions and their neighbours, negatives, zero and repetitions. */
function plusLists(spec: ScriptSpec, rng: Rng): number[][] {
  const [first, second] = spec.conditions.map(({ k }) => k);
  const n = (low: number, high: number) => low + rng.int(high - low + 1);
  const [kept] = rng.split("kept").shuffle(ordinary.filter(x => keeps(spec, x)));
  return [
    [],
    [first + 1, first, first - 1],
    [second + 1, second, second - 1],
    [-n(1, 15), n(1, 15), -n(1, 15), -n(1, 15)],
    [0, n(1, 15), 0],
    [kept, n(1, 15), kept, kept],
    [-first, first, -second, 2 * second],
    [n(10, 20), n(1, 9), n(10, 20), n(1, 9)],
    [1],
  ];
}

function python(value: number | readonly number[]): string {
  return typeof value === "number" ? String(value) : `[${value.join(", ")}]`;
}
