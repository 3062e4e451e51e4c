/**
 * What the values of a configuration may be, as data: a table of rules stands beside the defaults, and what does not fit is
 * one sentence that names key, value and range. A rule looks at one value; what values must be to each other is code.
 */
import { UserError, unknownName } from "./errors.js";
import { isJsonObject } from "./json-text.js";
import { quoted } from "./plain-text.js";

/** Where a value stands: what the sentence begins with, and the keys that lead to it ("rate.peak"). */
interface Place {
  readonly where: string;
  readonly path: string;
}

/** @throws UserError for a value that does not fit */
export type Rule = (value: unknown, place: Place) => void;

/** A rule for every key of a configuration, also for those that may be absent. */
export type RulesOf<T> = { readonly [K in keyof Required<T>]: Rule };

/** @throws UserError for the first value that does not fit its rule, or a key without one */
export function checkRules(where: string, values: object, rules: Readonly<Record<string, Rule>>): void {
  fields(rules)(values, { where, path: "" });
}

/** A whole number. */
export function whole(least: number, most: number): Rule {
  return (value, place) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
    const positive = Number.isInteger(value) && (value as number) >= 1;
    const wrong =
      least === 1 && !positive
        ? "is no positive whole number"
        : `is no whole number from ${least} to ${most}`;
    throw misfit(place, value, wrong, `give one from ${least} to ${most}`);
  };
}

/** An interval of numbers as it is written: "[0, 1)" holds 0 and not 1. */
export function number(interval: string): Rule {
  const [, open, least, most, close] = /^([[(])(\S+), (\S+)([\])])$/.exec(interval) as unknown as string[];
  return (value, place) => {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw misfit(place, value, "is no number", `give one in ${interval}`);
    const above = open === "[" ? value >= Number(least) : value > Number(least);
    const below = close === "]" ? value <= Number(most) : value < Number(most);
    if (!above || !below)
      throw misfit(place, value, `is outside ${interval}`, "give a number within (round brackets: not the end itself)"); // prettier-ignore
  };
}

/** A share of something. */
export const share: Rule = number("[0, 1]");

/** Shares by name that add up to one. */
export const shares: Rule = (value, place) => {
  if (!isJsonObject(value))
    throw misfit(place, value, "is no object", 'give shares by name, such as {"minipy": 1}');
  for (const [name, one] of Object.entries(value)) share(one, { ...place, path: `${place.path}.${name}` });
  const total = Object.values(value).reduce<number>((sum, one) => sum + (one as number), 0);
  if (Math.abs(total - 1) > 1e-9)
    throw misfit(place, value, `adds up to ${total}`, "give shares that add up to 1");
};

export const flag: Rule = (value, place) => {
  if (typeof value !== "boolean") throw misfit(place, value, "is neither true nor false", "give one of them");
};

/** One of some words. @param what names the key in the sentence, by default its path */
export function choice(valid: readonly string[], what?: string): Rule {
  return (value, place) => {
    const named = what ?? place.path.replaceAll(".", " ");
    if (typeof value !== "string")
      throw misfit(place, value, "is no text", `give one of ${valid.join(", ")}`);
    if (!valid.includes(value)) throw unknownName(place.where, named, value, valid);
  };
}

/** A word that can be part of a folder's name. */
export const word: Rule = (value, place) => {
  if (typeof value !== "string" || !/^\w[\w.+-]{0,99}$/.test(value))
    throw misfit(place, value, "is no name", "give letters, digits, dots and dashes, 100 at most");
};

export function orNull(rule: Rule): Rule {
  return (value, place) => {
    if (value !== null) rule(value, place);
  };
}

export function orAbsent(rule: Rule): Rule {
  return (value, place) => {
    if (value !== undefined) rule(value, place);
  };
}

/** Whole numbers, each larger than the one before. */
export function ascending(least: number, most: number): Rule {
  return (value, place) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > 10_000)
      throw misfit(place, value, "is no list", `give whole numbers from ${least} to ${most}, ascending`);
    value.forEach((item: unknown, i) => {
      whole(least, most)(item, { ...place, path: `${place.path}[${i}]` });
      if (i > 0 && (item as number) <= (value[i - 1] as number))
        throw misfit(place, value, "does not ascend", "give every number once, the smallest first");
    });
  };
}

/** An object with these keys, each with its rule. */
export function fields(rules: Readonly<Record<string, Rule>>): Rule {
  return (value, place) => {
    const keys = Object.keys(rules);
    if (!isJsonObject(value)) throw misfit(place, value, "is no object", `give one of ${keys.join(", ")}`);
    const prefix = place.path === "" ? "" : `${place.path}.`;
    const unknown = Object.keys(value).find(key => !Object.hasOwn(rules, key));
    if (unknown !== undefined) throw unknownName(place.where, "key", `${prefix}${unknown}`, keys);
    for (const key of keys) rules[key](value[key], { ...place, path: `${prefix}${key}` });
  };
}

function misfit({ where, path }: Place, value: unknown, wrong: string, give: string): UserError {
  return new UserError(`${where}: ${path === "" ? "the whole" : path}=${quoted(value)} ${wrong}; ${give}.`);
}
