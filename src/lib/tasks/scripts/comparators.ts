/**
 * What a prompt asks of a program's comparisons, and how the program compares: both read off text of the
 * vocabulary.
 */
import type { Condition, Filter } from "./spec.js";

const asked: Record<Filter, RegExp> = {
  over: /(?:over|greater than|above) (\d+)/g,
  atLeast: /at least (\d+)|(\d+) or more/g,
  under: /(?:under|less than|below) (\d+)/g,
  atMost: /at most (\d+)|(\d+) or less(?! than)/g,
  even: /\beven\b/g,
  odd: /\bodd\b/g,
  multiple: /(?<!not )divisible by (\d+)/g,
  notMultiple: /not divisible by (\d+)/g,
};

/** The conditions that a prompt names; `k` is 0 where there is none. */
export function askedConditions(prompt: string): Condition[] {
  return Object.entries(asked).flatMap(([filter, words]) =>
    [...prompt.matchAll(words)].map(([, number, other]) => ({
      filter: filter as Filter,
      k: Number(number ?? other ?? 0),
    })),
  );
}

export interface Comparison {
  /** true: what is larger passes (`x > 5`, `5 <= x`, `not x < 5`) */
  readonly upward: boolean;
  /** the number itself does not pass (`x > 5`, `not x <= 5`) */
  readonly strict: boolean;
}

/** A name and a number in either order, and whether `not` stands before them. */
const comparison = /(not )?\b(?:[a-z]+ (<=|>=|<|>) (\d+)|(\d+) (<=|>=|<|>) [a-z]+)\b/g;

/** What a program does at the number `k`: its first comparison with it; null where it has none. */
export function comparisonWith(program: string, k: number): Comparison | null {
  for (const [, not, sign, number, numberBefore, signBefore] of program.matchAll(comparison)) {
    if (Number(number ?? numberBefore) !== k) continue;
    const negated = not !== undefined;
    const larger = sign === undefined ? signBefore.startsWith("<") : sign.startsWith(">");
    const strict = (sign ?? signBefore).length === 1;
    return { upward: larger !== negated, strict: strict !== negated };
  }
  return null;
}
