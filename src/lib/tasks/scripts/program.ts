/** Scripts as Python, in five forms with variants of names, comparisons and expressions. */
import type { Rng } from "../../core/rng.js";
import type { Change, Condition, Filter, Form, Result, ScriptSpec } from "./spec.js";

/** A program and how carefully it is written: a careless one forgets what only an edge case shows. */
export interface Writing {
  /** no answer for an empty list, repeated values counted, negative numbers left as they are */
  readonly careless: boolean;
}

/** Whether there is something to forget. */
export function hasEdge({ change, result }: ScriptSpec): boolean {
  return ["largest", "smallest", "distinct"].includes(result) || change === "abs";
}

/** A Python program for the specification, fenced as the authors' reward wants it. */
export function renderProgram(spec: ScriptSpec, rng: Rng, { careless }: Writing): string {
  const lines = body[spec.form](partsOf(spec, rng, careless));
  return "```python\ndef f(xs):" + lines.join("") + "\n```\n";
}

/** A specification in Python's words, each choice made once a program. */
interface Parts {
  readonly role: ScriptSpec["role"];
  /** loop variable and accumulator */
  readonly x: string;
  readonly r: string;
  readonly first: string;
  readonly second: string;
  /** both conditions in one */
  readonly joined: string;
  /** the changed value */
  readonly value: string;
  /** first value of an accumulator */
  readonly start: string;
  /** the statement that takes a value in */
  readonly take: (value: string) => string;
  /** result of what a loop has gathered */
  readonly end: string;
  /** lines that return the result of a list */
  readonly returned: (list: string) => readonly string[];
}

function partsOf(spec: ScriptSpec, rng: Rng, careless: boolean): Parts {
  const { conditions, role, result } = spec;
  const [x, r] = [rng.pick(["x", "n"]), rng.pick(["r", "s"])];
  const [first, second] = conditions.map((condition, i) => test(condition, x, rng.split(`condition ${i}`)));
  const forgetsResult = careless && ["largest", "smallest", "distinct"].includes(result);
  const change = careless && !forgetsResult && spec.change === "abs" ? "nothing" : spec.change;
  const wrapped = (list: string) => resultOf(result, list, forgetsResult);
  const summed = result === "sum" || result === "product";
  return {
    ...{ role, x, r, first, second },
    joined: `${first} ${role === "either" ? "or" : "and"} ${second}`,
    value: value(change, spec.m, x, rng.split("value")),
    start: result === "sum" ? "0" : result === "product" ? "1" : "[]",
    take: taken => (summed ? `${r} ${result === "sum" ? "+=" : "*="} ${taken}` : `${r}.append(${taken})`),
    end: summed ? r : wrapped(r),
    returned: list => [
      ...(result === "product" ? [line(1, "from math import prod")] : []),
      line(1, `return ${wrapped(list)}`),
    ],
  };
}

const line = (depth: number, text: string): string => `\n${"    ".repeat(depth)}${text}`;

const loopOf = ({ x, r, start, end }: Parts, inner: readonly string[]): string[] => [
  line(1, `${r} = ${start}`),
  line(1, `for ${x} in xs:`),
  ...inner,
  line(1, `return ${end}`),
];

const body: Record<Form, (parts: Parts) => readonly string[]> = {
  loop(parts) {
    const { role, x, first, second, joined, value, take } = parts;
    return role === "choose"
      ? loopOf(parts, [line(2, `if ${first}:`), line(3, take(`${value} if ${second} else ${x}`))])
      : loopOf(parts, [line(2, `if ${joined}:`), line(3, take(value))]);
  },
  nested(parts) {
    const { role, x, first, second, value, take } = parts;
    if (role === "either")
      return loopOf(parts, [
        ...[line(2, `if ${first}:`), line(3, take(value))],
        ...[line(2, `elif ${second}:`), line(3, take(value))],
      ]);
    const inner = role === "both" ? [line(4, take(value))] : [line(4, `${x} = ${value}`), line(3, take(x))];
    return loopOf(parts, [line(2, `if ${first}:`), line(3, `if ${second}:`), ...inner]);
  },
  named(parts) {
    const { role, x, first, second, joined, value, take } = parts;
    return role === "choose"
      ? loopOf(parts, [
          ...[line(2, `t = ${second}`), line(2, `y = ${value} if t else ${x}`)],
          ...[line(2, `if ${first}:`), line(3, take("y"))],
        ])
      : loopOf(parts, [
          ...[line(2, `t = ${joined}`), line(2, `y = ${value}`), line(2, "if t:"), line(3, take("y"))],
        ]);
  },
  list({ role, x, first, second, joined, value, returned }) {
    return role === "choose"
      ? returned(`[${value} if ${second} else ${x} for ${x} in xs if ${first}]`)
      : returned(`[${value} for ${x} in xs if ${joined}]`);
  },
  staged({ role, x, first, second, joined, value, returned }) {
    const kept = (name: string, from: string, condition: string) =>
      line(1, `${name} = [${x} for ${x} in ${from} if ${condition}]`);
    const made = (name: string, from: string, each: string) =>
      line(1, `${name} = [${each} for ${x} in ${from}]`);
    if (role === "both")
      return [kept("a", "xs", first), kept("b", "a", second), made("c", "b", value), ...returned("c")];
    if (role === "either") return [kept("a", "xs", joined), made("b", "a", value), ...returned("b")];
    return [kept("a", "xs", first), made("b", "a", `${value} if ${second} else ${x}`), ...returned("b")];
  },
};

function resultOf(result: Result, list: string, careless: boolean): string {
  const orZero = careless ? ")" : ", default=0)";
  const ways: Record<Result, string> = {
    sum: `sum(${list})`,
    product: `prod(${list})`,
    largest: `max(${list}${orZero}`,
    smallest: `min(${list}${orZero}`,
    list,
    sorted: `sorted(${list})`,
    reversed: `${list}[::-1]`,
    distinct: careless ? `len(${list})` : `len(set(${list}))`,
  };
  return ways[result];
}

/**
 * Comparators are spelled in one way each. With `5 < x` and `not x <= 5` beside `x > 5` the sign alone says
 * nothing, and a model of this size had not learned after 6.8M tokens to read which direction a prompt asks for.
 */
function test({ filter, k }: Condition, x: string, rng: Rng): string {
  const ways: Record<Filter, readonly string[]> = {
    over: [`${x} > ${k}`],
    atLeast: [`${x} >= ${k}`],
    under: [`${x} < ${k}`],
    atMost: [`${x} <= ${k}`],
    even: [`${x} % 2 == 0`, `not ${x} % 2`],
    odd: [`${x} % 2 == 1`, `${x} % 2 != 0`],
    multiple: [`${x} % ${k} == 0`, `not ${x} % ${k}`],
    notMultiple: [`${x} % ${k} != 0`, `not ${x} % ${k} == 0`],
  };
  return rng.pick(ways[filter]);
}

function value(change: Change | "nothing", m: number, x: string, rng: Rng): string {
  const ways: Record<Change | "nothing", readonly string[]> = {
    times: [`${x} * ${m}`, `${m} * ${x}`],
    plus: [`${x} + ${m}`, `${m} + ${x}`],
    minus: [`${x} - ${m}`],
    square: [`${x} * ${x}`, `${x}**2`],
    half: [`${x} // 2`],
    negate: [`-${x}`],
    abs: [`abs(${x})`],
    nothing: [x],
  };
  return rng.pick(ways[change]);
}
