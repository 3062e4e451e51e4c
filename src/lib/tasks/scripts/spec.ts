/**
 * Scripts: functions over a list of integers with a two-step condition, a change and a result. What a
 * program must do is data; `evaluate` is its meaning, independent of how `program.ts` writes it as Python.
 */
import type { Rng } from "../../core/rng.js";

export const filters = [
  ...(["over", "atLeast", "under", "atMost"] as const),
  ...(["even", "odd"] as const),
  ...(["multiple", "notMultiple"] as const),
] as const;
export type Filter = (typeof filters)[number];

/**
 * How the second condition joins the first: both hold, one of them does, or it chooses which kept numbers
 * are changed.
 */
export const roles = ["both", "either", "choose"] as const;
export type Role = (typeof roles)[number];

export const changes = ["times", "plus", "minus", "square", "half", "negate", "abs"] as const;
export type Change = (typeof changes)[number];

export const results = [
  ...(["sum", "product", "largest", "smallest"] as const),
  ...(["list", "sorted", "reversed", "distinct"] as const),
] as const;
export type Result = (typeof results)[number];

export const forms = ["loop", "nested", "named", "list", "staged"] as const;
export type Form = (typeof forms)[number];

export interface Condition {
  readonly filter: Filter;
  /** 2 to 15 of a comparator, odd and 3 to 9 of a divisor; not read by even and odd */
  readonly k: number;
}

export interface ScriptSpec {
  /**
   * in the order in which prompt and program name them: a model need not guess which one a comparison
   * answers
   */
  readonly conditions: readonly [Condition, Condition];
  readonly role: Role;
  readonly change: Change;
  /** 2 to 9; read by times, plus and minus */
  readonly m: number;
  readonly result: Result;
  readonly form: Form;
}

export const isUpward = (filter: Filter): boolean => filter === "over" || filter === "atLeast";
export const isDownward = (filter: Filter): boolean => filter === "under" || filter === "atMost";
export const isComparator = (filter: Filter): boolean => isUpward(filter) || isDownward(filter);
const isParity = (filter: Filter): boolean => filter === "even" || filter === "odd";
export const takesNumber = (filter: Filter): boolean => !isParity(filter);
export const changeTakesNumber = (change: Change): boolean => ["times", "plus", "minus"].includes(change);

/**
 * Filters that a filter stands beside: six each, so that both conditions are spread evenly. Two comparators
 * look in opposite directions; two parities or two divisors never meet.
 */
export function partnersOf(filter: Filter): Filter[] {
  const family = (f: Filter) => (isUpward(f) ? 0 : isDownward(f) ? 1 : isParity(f) ? 2 : 3);
  return filters.filter(other => family(other) !== family(filter));
}

/** Name of a condition; two that may be swapped stand in one order. */
export function conditionName({ conditions, role }: Pick<ScriptSpec, "conditions" | "role">): string {
  const named = conditions.map(({ filter }) => filter);
  const [first, second] = role === "choose" ? named : filters.filter(filter => named.includes(filter));
  return `${first}-${role}-${second}`;
}

/** Name of what is combined; held-out combinations are told apart by it. */
export function combinationOf(spec: Omit<ScriptSpec, "m" | "form">): string {
  return `${conditionName(spec)}-${spec.change}-${spec.result}`;
}

/** Numbers that do not matter are left out, so that equal problems are equal. */
export function specKey(spec: ScriptSpec): string {
  const numbers = spec.conditions.map(({ filter, k }) => (takesNumber(filter) ? `${filter}${k}` : filter));
  if (spec.role !== "choose") numbers.sort();
  const m = changeTakesNumber(spec.change) ? spec.m : "";
  return [spec.form, spec.role, ...numbers, spec.change, m, spec.result].join(" ");
}

/** Ordinary numbers, of which base tests are made. */
export const ordinary = Array.from({ length: 20 }, (_, i) => i + 1);

/**
 * Numbers for conditions and change: no two alike, so that each comparison of a program tells which it
 * answers; and such that some ordinary numbers are kept and some are not.
 */
export function withNumbers(spec: Omit<ScriptSpec, "m">, rng: Rng): ScriptSpec {
  for (let draw = 0; ; draw++) {
    const own = rng.split(draw);
    const drawn = { ...spec, conditions: conditionsOf(spec, own), m: 2 + own.int(8) } as const;
    const kept = ordinary.filter(x => keeps(drawn, x)).length;
    if (!sameNumbers(drawn) && inRange(drawn) && kept >= 2 && kept <= ordinary.length - 2) return drawn;
  }
}

function conditionsOf({ conditions }: Omit<ScriptSpec, "m">, rng: Rng): readonly [Condition, Condition] {
  const drawn = ({ filter }: Condition): Condition =>
    isComparator(filter) ? { filter, k: 2 + rng.int(14) } : { filter, k: 3 + 2 * rng.int(4) };
  return [drawn(conditions[0]), drawn(conditions[1])];
}

function sameNumbers({ conditions, change, m }: ScriptSpec): boolean {
  const numbers = [
    ...conditions.filter(({ filter }) => takesNumber(filter)).map(({ k }) => k),
    ...(changeTakesNumber(change) ? [m] : []),
  ];
  return new Set(numbers).size < numbers.length;
}

/** Of two comparators: a gap between them where one of them is enough, else an overlap. */
function inRange({ conditions, role }: ScriptSpec): boolean {
  const up = conditions.find(({ filter }) => isUpward(filter));
  const down = conditions.find(({ filter }) => isDownward(filter));
  if (up === undefined || down === undefined) return true;
  return role === "either" ? up.k - down.k >= 3 : down.k - up.k >= 3;
}

function holds({ filter, k }: Condition, x: number): boolean {
  const meaning: Record<Filter, boolean> = {
    over: x > k,
    atLeast: x >= k,
    under: x < k,
    atMost: x <= k,
    even: x % 2 === 0,
    odd: x % 2 !== 0,
    multiple: x % k === 0,
    notMultiple: x % k !== 0,
  };
  return meaning[filter];
}

/** Whether a number counts at all. */
export function keeps({ conditions: [first, second], role }: ScriptSpec, x: number): boolean {
  if (role === "both") return holds(first, x) && holds(second, x);
  if (role === "either") return holds(first, x) || holds(second, x);
  return holds(first, x);
}

function changed({ change, m }: ScriptSpec, x: number): number {
  const meaning: Record<Change, number> = {
    times: x * m,
    plus: x + m,
    minus: x - m,
    square: x * x,
    half: Math.floor(x / 2),
    negate: 0 - x,
    abs: Math.abs(x),
  };
  return meaning[change];
}

/** The meaning of a specification on a list; a number or a list of numbers. */
export function evaluate(spec: ScriptSpec, xs: readonly number[]): number | number[] {
  const { conditions, role, result } = spec;
  const ys = xs
    .filter(x => keeps(spec, x))
    .map(x => (role !== "choose" || holds(conditions[1], x) ? changed(spec, x) : x));
  switch (result) {
    case "sum":
      return ys.reduce((a, b) => a + b, 0);
    case "product":
      return ys.reduce((a, b) => a * b, 1) + 0; // no negative zero
    case "largest":
      return ys.length === 0 ? 0 : Math.max(...ys);
    case "smallest":
      return ys.length === 0 ? 0 : Math.min(...ys);
    case "list":
      return ys;
    case "sorted":
      return [...ys].sort((a, b) => a - b);
    case "reversed":
      return [...ys].reverse();
    case "distinct":
      return new Set(ys).size;
  }
}
