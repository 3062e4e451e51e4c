/** MiniPy as text: prompts in two word orders with synonyms, programs in three forms with variants. */
import type { Rng } from "../core/rng.js";
import type { Filter, Form, Mapping, MiniPySpec, Reduce } from "./minipy-spec.js";

/** Every wording of each filter; k is the filter's own number. */
export const filterWords = (k: number): Record<Filter, readonly string[]> => ({
  all: ["every item", "all items"],
  even: ["even items"],
  odd: ["odd items"],
  gt: [`items over ${k}`, `items greater than ${k}`],
  lt: [`items under ${k}`, `items less than ${k}`],
  ge: [`items at least ${k}`],
  multiple: [`multiples of ${k}`, `items divisible by ${k}`],
  ne: [`items not ${k}`, `items other than ${k}`],
});

/** Every wording of each mapping; m is the mapping's own number. */
export const mapWords = (m: number): Record<Mapping, readonly string[]> => ({
  identity: ["as is", "unchanged"],
  square: ["squared"],
  times: [`times ${m}`, `multiplied by ${m}`],
  plus: [`plus ${m}`, `increased by ${m}`],
  minus: [`minus ${m}`, `decreased by ${m}`],
  negate: ["negated"],
  abs: ["made positive"],
});

/** Every wording of what is returned. */
export const reduceWords: Readonly<Record<Reduce, readonly string[]>> = {
  sum: ["sum", "total"],
  count: ["count"],
  max: ["max or 0", "largest or 0"],
  min: ["min or 0", "smallest or 0"],
  product: ["product"],
  list: ["list"],
  sorted: ["sorted list"],
  reversed: ["reversed list"],
};

/**
 * The prompt; it names the form in one word, so that form
 * and length stay what was asked for (testbed trap 4).
 */
export function renderPrompt(spec: MiniPySpec, rng: Rng): string {
  const f = rng.pick(filterWords(spec.filterK)[spec.filter]);
  const e = rng.pick(mapWords(spec.mapK)[spec.map]);
  const g = rng.pick(reduceWords[spec.reduce]);
  return rng.uniform() < 0.5
    ? `${spec.form}: take ${f}, ${e}, return ${g}\n`
    : `${spec.form}: return ${g} of ${f}, ${e}\n`;
}

/** The same in the first wording and the first word order. */
export function plainPrompt({ form, filter, filterK, map, mapK, reduce }: MiniPySpec): string {
  const [f, e] = [filterWords(filterK)[filter][0], mapWords(mapK)[map][0]];
  return `${form}: take ${f}, ${e}, return ${reduceWords[reduce][0]}\n`;
}

/** A Python program for the specification, fenced as the authors' reward wants it. */
export function renderProgram(spec: MiniPySpec, rng: Rng): string {
  return "```python\ndef f(xs):" + body[spec.form](spec, rng) + "\n```\n";
}

const body: Record<Form, (spec: MiniPySpec, rng: Rng) => string> = {
  loop(spec, rng) {
    const [start, step, end] = accumulator(spec, rng);
    const condition = test(spec, rng);
    const inner = condition === "" ? `\n        ${step}` : `\n        if ${condition}:\n            ${step}`;
    return `\n    r = ${start}\n    for x in xs:${inner}\n    return ${end}`;
  },
  comprehension(spec, rng) {
    const condition = test(spec, rng);
    return closing(
      spec.reduce,
      `${value(spec, rng)} for x in xs${condition === "" ? "" : ` if ${condition}`}`,
    );
  },
  staged(spec, rng) {
    const condition = test(spec, rng);
    const kept = `\n    a = [x for x in xs${condition === "" ? "" : ` if ${condition}`}]`;
    return kept + closing(spec.reduce, `${value(spec, rng)} for x in a`);
  },
};

/** Start value, update and result of the loop form. */
function accumulator(spec: MiniPySpec, rng: Rng): [string, string, string] {
  const e = value(spec, rng);
  switch (spec.reduce) {
    case "sum":
      return ["0", `r += ${e}`, "r"];
    case "count":
      return ["0", "r += 1", "r"];
    case "product":
      return ["1", `r *= ${e}`, "r"];
    case "max":
      return ["[]", `r.append(${e})`, "max(r, default=0)"];
    case "min":
      return ["[]", `r.append(${e})`, "min(r, default=0)"];
    case "list":
      return ["[]", `r.append(${e})`, "r"];
    case "sorted":
      return ["[]", `r.append(${e})`, "sorted(r)"];
    case "reversed":
      return ["[]", `r.append(${e})`, "r[::-1]"];
  }
}

/** The return statement of the other forms around a generator's text. */
function closing(reduce: Reduce, generator: string): string {
  switch (reduce) {
    case "sum":
      return `\n    return sum(${generator})`;
    case "count":
      return `\n    return len([${generator}])`;
    case "product":
      return `\n    from math import prod\n    return prod(${generator})`;
    case "max":
      return `\n    return max([${generator}], default=0)`;
    case "min":
      return `\n    return min([${generator}], default=0)`;
    case "list":
      return `\n    return [${generator}]`;
    case "sorted":
      return `\n    return sorted(${generator})`;
    case "reversed":
      return `\n    return [${generator}][::-1]`;
  }
}

/** The filter as a Python condition; empty for "all". */
function test({ filter, filterK: k }: MiniPySpec, rng: Rng): string {
  const ways: Record<Filter, readonly string[]> = {
    all: [""],
    even: ["x % 2 == 0", "not x % 2"],
    odd: ["x % 2 == 1", "x % 2 != 0"],
    gt: [`x > ${k}`, `${k} < x`, `not x <= ${k}`],
    lt: [`x < ${k}`, `${k} > x`, `not x >= ${k}`],
    ge: [`x >= ${k}`, `${k} <= x`, `not x < ${k}`],
    multiple: [`x % ${k} == 0`, `not x % ${k}`],
    ne: [`x != ${k}`, `not x == ${k}`],
  };
  return rng.pick(ways[filter]);
}

/** The mapping as a Python expression. */
function value({ map, mapK: m }: MiniPySpec, rng: Rng): string {
  const ways: Record<Mapping, readonly string[]> = {
    identity: ["x"],
    square: ["x * x", "x**2"],
    times: [`x * ${m}`, `${m} * x`],
    plus: [`x + ${m}`, `${m} + x`],
    minus: [`x - ${m}`],
    negate: ["-x"],
    abs: ["abs(x)"],
  };
  return rng.pick(ways[map]);
}
