/**
 * MiniPy: filter, map and reduce over a list of integers (testbed variant C). What a program must do is data;
 * `evaluate` is its meaning, independent of how `minipy-render.ts` writes it as Python.
 */

export const filters = ["all", "even", "odd", "gt", "lt", "ge", "multiple", "ne"] as const;
export const maps = ["identity", "square", "times", "plus", "minus", "negate", "abs"] as const;
export const reduces = ["sum", "count", "max", "min", "product", "list", "sorted", "reversed"] as const;
export const forms = ["loop", "comprehension", "staged"] as const;
export type Filter = (typeof filters)[number];
export type Mapping = (typeof maps)[number];
export type Reduce = (typeof reduces)[number];
export type Form = (typeof forms)[number];

export interface MiniPySpec {
  readonly filter: Filter;
  /** 2 to 9; read by gt, lt, ge, multiple and ne */
  readonly filterK: number;
  readonly map: Mapping;
  /** 2 to 9; read by times, plus and minus */
  readonly mapK: number;
  readonly reduce: Reduce;
  readonly form: Form;
}

/** Name of what is combined; held-out combinations are told apart by it. */
export function combinationOf({ filter, map, reduce }: MiniPySpec): string {
  return `${filter}-${map}-${reduce}`;
}

/** All combinations that differ in meaning: counting does not see the mapping, so it takes identity only. */
export const combinations: readonly Pick<MiniPySpec, "filter" | "map" | "reduce">[] = filters.flatMap(
  filter =>
    maps.flatMap(map =>
      reduces
        .filter(reduce => reduce !== "count" || map === "identity")
        .map(reduce => ({ filter, map, reduce })),
    ),
);

/** The meaning of a specification on a list; a number or a list of numbers. */
export function evaluate(spec: MiniPySpec, xs: readonly number[]): number | number[] {
  const { filterK: k, mapK: m } = spec;
  const keep: Record<Filter, (x: number) => boolean> = {
    all: () => true,
    even: x => x % 2 === 0,
    odd: x => x % 2 !== 0,
    gt: x => x > k,
    lt: x => x < k,
    ge: x => x >= k,
    multiple: x => x % k === 0,
    ne: x => x !== k,
  };
  const apply: Record<Mapping, (x: number) => number> = {
    identity: x => x,
    square: x => x * x,
    times: x => x * m,
    plus: x => x + m,
    minus: x => x - m,
    negate: x => 0 - x,
    abs: x => Math.abs(x),
  };
  const ys = xs.filter(keep[spec.filter]).map(apply[spec.map]);
  switch (spec.reduce) {
    case "sum":
      return ys.reduce((a, b) => a + b, 0);
    case "count":
      return ys.length;
    case "max":
      return ys.length === 0 ? 0 : Math.max(...ys);
    case "min":
      return ys.length === 0 ? 0 : Math.min(...ys);
    case "product":
      return ys.reduce((a, b) => a * b, 1);
    case "list":
      return ys;
    case "sorted":
      return [...ys].sort((a, b) => a - b);
    case "reversed":
      return [...ys].reverse();
  }
}
