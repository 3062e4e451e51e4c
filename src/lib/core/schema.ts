/**
 * One schema a configuration (valibot): its type, what each value may be, its
 * default, its words for --help, and the sentence for what does not fit: key, value
 * and range. A schema looks at one value; what values must be to each other is code.
 */
import * as v from "valibot";
import { nameHint, UserError } from "./errors.js";
import { isJsonObject } from "./json-text.js";
import { quote, shorten } from "./plain-text.js";

/** How a value is written on a command line: a list with commas, texts one an option. */
export type OptionKind =
  | { readonly type: "integer" | "number" | "text" | "texts" | "flag" }
  | { readonly type: "choice"; readonly values: readonly string[] }
  | { readonly type: "list"; readonly of: OptionKind };

/** A value's schema, with how it is written on a command line, where it can be. */
export type Value<T, O = OptionKind | undefined> = v.GenericSchema<T> & { readonly option: O };

/** The values of a schema. */
export type Of<S extends v.GenericSchema> = ReadonlyDeep<v.InferOutput<S>>;
type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;

/** Schemas by key. A key that may be left out has `orAbsent`. */
export type Entries = Readonly<Record<string, v.GenericSchema>>;
type ObjectOf<E extends Entries> = v.StrictObjectSchema<{ -readonly [K in keyof E]: E[K] }, undefined>;
export type Fields<E extends Entries> = v.GenericSchema<
  v.InferInput<ObjectOf<E>>,
  v.InferOutput<ObjectOf<E>>
> & { readonly entries: E };

/**
 * @param where what the sentence begins with
 * @throws UserError for the first value that does not fit, or a key that is none
 */
export function check<S extends v.GenericSchema>(
  where: string,
  schema: S,
  value: unknown,
): asserts value is Of<S> {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (issues !== undefined) throw new UserError(`${where}: ${sentence(issues[0])}.`);
}

/** What is wrong with a value that people know by this name; undefined where it fits. */
export function wrongIn(name: string, schema: v.GenericSchema, value: unknown): string | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  return issues === undefined ? undefined : sentence(issues[0], name);
}

/** Begins the message of a value in a closed list, which is said of its key alone. */
const ofKey = "unknown ";

function sentence(issue: v.BaseIssue<unknown>, name = pathOf(issue)): string {
  const { message, input } = issue;
  if (message.startsWith(ofKey))
    return message.replace(/\{(key|path)\}/, (_, kind) =>
      kind === "key" ? name.replaceAll(".", " ") : name,
    );
  return `${name}=${quote(input)} ${message}`;
}

function pathOf({ path }: v.BaseIssue<unknown>): string {
  const keys = (path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return keys.length === 0 ? "the whole" : keys.join("").slice(1);
}

/** A value of one's own: what is wrong with it, or null. */
export function value<T, O>(option: O, wrong: (input: unknown) => string | null): Value<T, O> {
  const schema = v.custom<T>(
    input => wrong(input) === null,
    ({ input }) => String(wrong(input)),
  );
  return Object.assign(schema, { option });
}

/** A whole number. @param give what to do instead */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER, give?: string) {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  return value<number, { type: "integer" }>({ type: "integer" }, input => {
    if (Number.isSafeInteger(input) && (input as number) >= least && (input as number) <= most) return null;
    const positive = Number.isInteger(input) && (input as number) >= 1;
    const wrong = least === 1 && !positive ? "no positive whole number" : `no whole number ${range}`;
    return `is ${wrong}; ${give ?? `give one ${range}`}`;
  });
}

/**
 * A number within an interval as it is written: "[0, 1)"
 * holds 0 and not 1, "[0, Infinity)" every number from 0.
 */
export function number(interval: string, give?: string) {
  const [, open, least, most, close] = /^([[(])(\S+), (\S+)([\])])$/.exec(interval) as unknown as string[];
  const [min, max] = [Number(least), Number(most)];
  return value<number, { type: "number" }>({ type: "number" }, input => {
    if (typeof input !== "number" || !Number.isFinite(input))
      return `is no number; ${give ?? `give one in ${interval}`}`;
    const above = open === "[" ? input >= min : input > min;
    const below = close === "]" ? input <= max : input < max;
    if (above && below) return null;
    return `is outside ${interval}; ${give ?? "give a number within (round brackets: not the end itself)"}`;
  });
}

/** A number from 0 on. */
export function nonNegative(give: string) {
  return value<number, { type: "number" }>({ type: "number" }, input =>
    typeof input === "number" && Number.isFinite(input) && input >= 0
      ? null
      : `is negative or no number; ${give}`,
  );
}

/** A share of something. */
export const share = number("[0, 1]");

export const text = value<string, { type: "text" }>({ type: "text" }, input =>
  typeof input === "string" ? null : "is no text; give one",
);

/** Texts that may hold commas. */
export const texts = Object.assign(v.array(text, "is no list of texts; give one"), {
  option: { type: "texts" } as const,
});

export const flag = value<boolean, { type: "flag" }>({ type: "flag" }, input =>
  typeof input === "boolean" ? null : "is neither true nor false; give one of them",
);

/** One of some words. @param what names the key in the sentence, by default its path */
export function choice<const W extends string>(words: readonly W[], what = "{key}") {
  return value<W, { type: "choice"; values: readonly W[] }>({ type: "choice", values: words }, input => {
    if ((words as readonly unknown[]).includes(input)) return null;
    const given = typeof input === "string" ? input : quote(input);
    return `${ofKey}${what} "${shorten(given, 100)}";${nameHint(given, words)} valid: ${words.join(", ")}`;
  });
}

/** A word that can be part of a folder's name. */
export const word = value<string, undefined>(undefined, input =>
  typeof input === "string" && /^\w[\w.+-]{0,99}$/.test(input)
    ? null
    : "is no name; give letters, digits, dots and dashes, 100 at most",
);

/** What a value must be, said by a sentence of its own. */
export function exactly<T extends null>(only: T, wrong: string) {
  return value<T, undefined>(undefined, input => (input === only ? null : wrong));
}

export function orNull<T, O>(schema: Value<T, O>): Value<T | null, O> {
  return Object.assign(v.nullable(schema), { option: schema.option });
}

/** A schema with its words for --help. */
export function described<S extends v.GenericSchema, const D extends string>(schema: S, description: D) {
  return Object.assign({}, schema, { description });
}

export function orAbsent<S extends v.GenericSchema, O = undefined>(schema: S & { readonly option?: O }) {
  return Object.assign(v.optional<S>(schema), { option: schema.option as O });
}

/** Any number of values of one kind. */
export function list<T, O extends OptionKind>(one: Value<T, O>) {
  return Object.assign(v.array(one, "is no list; give one"), {
    option: { type: "list", of: one.option } as const,
  });
}

/** Whole numbers, each larger than the one before. */
export function ascending(least: number, most: number) {
  const one = whole(least, most);
  return v.pipe(
    v.array(one, `is no list; give whole numbers from ${least} to ${most}, ascending`),
    v.check(list => list.length > 0 && list.length <= 10_000, "is no list of 1 to 10000; give some"),
    v.check(
      list => list.every((item, i) => i === 0 || item > list[i - 1]),
      "does not ascend; give every number once, the smallest first",
    ),
  );
}

/** Shares by name that add up to one. */
export const shares = v.pipe(
  v.record(v.string(), share, 'is no object; give shares by name, such as {"minipy": 1}'),
  v.check(
    one => Math.abs(Object.values(one).reduce((sum, part) => sum + part, 0) - 1) < 1e-9,
    "does not add up to 1; give shares that do",
  ),
);

/** An object with these keys and no others. @param noun what a sentence calls a key */
export function fields<const E extends Entries>(entries: E, noun = "key"): Fields<E> {
  const keys = Object.keys(entries);
  const message = ({ path }: v.BaseIssue<unknown>): string => {
    const key = String(path?.at(-1)?.key);
    if (Object.hasOwn(entries, key)) return "is missing; add it";
    return `${ofKey}${noun} "{path}";${nameHint(key, keys)} valid: ${keys.join(", ")}`;
  };
  // without a prototype: `toString` is no key
  const own = Object.assign(Object.create(null) as object, entries) as v.ObjectEntries;
  const isObject = v.custom<object>(isJsonObject, `is no object; give one of ${keys.join(", ")}`);
  return Object.assign(v.pipe(isObject, v.strictObject(own, message)), { entries }) as unknown as Fields<E>;
}

/**
 * A configuration with changes; those of an object within
 * may be given alone. The result is yet to be checked.
 * @param preset of the same keys as the schema; what is not in the schema is left to the check
 */
export function changed<T extends object>(preset: T, changes: Readonly<Record<string, unknown>>): T {
  const merged = new Map<string, unknown>(Object.entries(preset));
  for (const [key, change] of Object.entries(changes)) {
    const before = merged.get(key);
    merged.set(key, isJsonObject(before) && isJsonObject(change) ? changed(before, change) : change);
  }
  return Object.fromEntries(merged) as T;
}
