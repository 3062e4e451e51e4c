/**
 * What a policy is to be chosen by name: a summary, the
 * scores it can read, its parameters, and how it is made.
 */
import { UserError, unknownName } from "../core/errors.js";
import type { DecodeConfig, Remasking } from "./types.js";
import type { UnmaskingPolicy } from "./policy.js";
import type { Population } from "./population.js";

/** A number within bounds, or one of some words. */
export type PolicyParameter =
  | {
      readonly default: number;
      readonly min: number;
      readonly max?: number;
      readonly whole?: true;
      readonly description: string;
    }
  | { readonly default: string; readonly values: readonly string[]; readonly description: string };

export type PolicyParameters = Readonly<Record<string, PolicyParameter>>;

/** A value for every parameter. */
export type PolicyValues<P extends PolicyParameters> = {
  readonly [K in keyof P]: P[K]["default"] extends number ? number : string;
};

export interface NamedPolicy<P extends PolicyParameters = PolicyParameters> {
  readonly summary: string;
  /** what it can read as confidence; the first where the configuration does not say */
  readonly scores: readonly Remasking[];
  readonly parameters: P;
  /** true where the policy decides how many steps there are: `steps` is then a bound, as many as tokens */
  readonly endsItself: boolean;
  /** true where a position that commits the mask itself, and so stays masked, is no obstacle */
  readonly mayProposeMask?: boolean;
  readonly create: (config: DecodeConfig, values: PolicyValues<P>) => UnmaskingPolicy | Population;
}

/**
 * Every parameter's value: what was given, defaults else.
 * @throws UserError naming the first parameter that is unknown or out of bounds, and what can be
 */
export function policyValues<P extends PolicyParameters>(
  name: string,
  parameters: P,
  given: Readonly<Record<string, number | string>>,
): PolicyValues<P> {
  const where = `policy ${name}`;
  for (const key of Object.keys(given))
    if (!Object.hasOwn(parameters, key))
      throw unknownName("decode", `parameter of ${where}`, key, Object.keys(parameters));
  const values = Object.entries<PolicyParameter>(parameters).map(([key, parameter]) => {
    const value = given[key] ?? parameter.default;
    check(`${key} of ${where}`, parameter, value);
    return [key, value];
  });
  return Object.fromEntries(values) as PolicyValues<P>;
}

function check(what: string, parameter: PolicyParameter, value: number | string): void {
  if ("values" in parameter) {
    if (!parameter.values.includes(String(value)))
      throw unknownName("decode", what, String(value), parameter.values);
    return;
  }
  const { min, max = Infinity, whole = false } = parameter;
  const right =
    typeof value === "number" && value >= min && value <= max && (whole ? Number.isInteger(value) : true);
  if (right && Number.isFinite(value)) return;
  const range = max === Infinity ? `of ${min} or more` : `from ${min} to ${max}`;
  throw new UserError(
    `decode: ${what} is ${value}; give a ${whole ? "whole " : ""}number ${range}, by default ` +
      `${parameter.default}.`,
  );
}
