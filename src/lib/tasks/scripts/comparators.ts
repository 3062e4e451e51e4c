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
  /** true: what is larger passes (`x > 5`) */
  readonly upward: boolean;
  /** the number itself does not pass (`x > 5`) */
  readonly strict: boolean;
}

/** What a program does at the number `k`: its first comparison with it; null where it has none. */
export function comparisonWith(program: string, k: number): Comparison | null {
  const [, sign] = new RegExp(`\\b[a-z]+ ([<>]=?) ${k}\\b`).exec(program) ?? [];
  return sign === undefined ? null : { upward: sign.startsWith(">"), strict: sign.length === 1 };
}
