/**
 * An option of a command: a schema with its words and its default, declared once. It gives the type of the
 * value, what is checked, the sentence for what does not fit, and the line of --help.
 */
import type { OptionKind, Value } from "../core/schema.js";

/** One `--name` of a command, whose value is a T. Given twice, the last counts; lists and texts add up. */
export interface Option<T = unknown> {
  readonly schema: Value<unknown, OptionKind>;
  readonly description: string;
  /** its value where it is left out */
  readonly otherwise: T;
  /** a command without this option is refused */
  readonly required: boolean;
  /** heads its part of --help */
  readonly group: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The values `parseArguments` returns. */
export type OptionValues<T extends Options> = { readonly [K in keyof T]: T[K]["otherwise"] };

/**
 * An option. One with neither default nor `required` may be undefined; a
 * flag that is left out is false, and a list empty.
 * @param description by default the schema's own
 */
export function option(
  schema: Value<boolean, OptionKind & { readonly type: "flag" }>,
  description: string,
): Option<boolean>;
export function option<T>(
  schema: Value<readonly T[], OptionKind & { readonly type: "list" | "texts" }>,
  description: string,
  more?: { readonly default?: readonly T[] },
): Option<readonly T[]>;
export function option<T>(
  schema: Value<T, OptionKind> & { readonly description?: string },
  description: string | undefined,
  more: { readonly default: T & {} } | { readonly required: true },
): Option<T & {}>;
export function option<T>(
  schema: Value<T, OptionKind> & { readonly description?: string },
  description?: string,
): Option<T | undefined>;
export function option(
  schema: Value<unknown, OptionKind> & { readonly description?: string },
  description = schema.description ?? "",
  { default: otherwise, required = false }: { readonly default?: unknown; readonly required?: boolean } = {},
): Option {
  const { type } = schema.option;
  const nothing = type === "flag" ? false : type === "list" || type === "texts" ? [] : undefined;
  return { schema, description, otherwise: otherwise ?? nothing, required, group: "Options" };
}

/** The same options under a heading of --help. */
export function group<T extends Options>(heading: string, options: T): T {
  const entries = Object.entries(options).map(([name, one]) => [name, { ...one, group: heading }]);
  return Object.fromEntries(entries) as T;
}
