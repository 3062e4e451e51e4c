/** What a script must do, in short English: two word orders, with synonyms. */
import type { Rng } from "../../core/rng.js";
import type { Change, Condition, Filter, Result, ScriptSpec } from "./spec.js";

/**
 * The prompt; it names the form in one word, so that form and length stay what was asked for (testbed trap
 * 4).
 */
export function renderPrompt(spec: ScriptSpec, rng: Rng): string {
  const result = rng.pick(resultWords[spec.result]);
  const numbers = `numbers ${conditionWords(spec, rng.split("conditions"))}`;
  const change = changeInWords(spec, rng.split("change"));
  return rng.uniform() < 0.5
    ? `${spec.form}: take ${numbers}, ${change}, return ${result}\n`
    : `${spec.form}: return ${result} of ${numbers}, ${change}\n`;
}

function conditionWords({ conditions, role }: ScriptSpec, rng: Rng): string {
  const words = conditions.map((condition, i) => inWords(condition, rng.split(i)));
  if (role === "choose") return words[0];
  if (role === "both") return words.join(" and ");
  return `${rng.pick(["", "either "])}${words.join(" or ")}`;
}

function changeInWords(spec: ScriptSpec, rng: Rng): string {
  const words = rng.pick(changeWords(spec.m)[spec.change]);
  if (spec.role !== "choose") return words;
  const condition = inWords(spec.conditions[1], rng.split("condition"));
  const rest = rng.pick(["others as is", "others unchanged"]);
  return rng.uniform() < 0.5 ? `${words} if ${condition}, ${rest}` : `if ${condition} ${words}, ${rest}`;
}

function inWords({ filter, k }: Condition, rng: Rng): string {
  const words: Record<Filter, readonly string[]> = {
    over: [`over ${k}`, `greater than ${k}`, `above ${k}`],
    atLeast: [`at least ${k}`, `${k} or more`],
    under: [`under ${k}`, `less than ${k}`, `below ${k}`],
    atMost: [`at most ${k}`, `${k} or less`],
    even: ["even"],
    odd: ["odd"],
    multiple: [`divisible by ${k}`],
    notMultiple: [`not divisible by ${k}`],
  };
  return rng.pick(words[filter]);
}

const changeWords = (m: number): Record<Change, readonly string[]> => ({
  times: [`times ${m}`, `multiplied by ${m}`],
  plus: [`plus ${m}`, `increased by ${m}`],
  minus: [`minus ${m}`, `decreased by ${m}`],
  square: ["squared"],
  half: ["halved", "cut in half"],
  negate: ["negated"],
  abs: ["made positive"],
});

const resultWords: Record<Result, readonly string[]> = {
  sum: ["sum", "total"],
  product: ["product"],
  largest: ["largest or 0", "max or 0"],
  smallest: ["smallest or 0", "min or 0"],
  list: ["list"],
  sorted: ["sorted list"],
  reversed: ["reversed list"],
  distinct: ["how many differ", "count of different values"],
};
