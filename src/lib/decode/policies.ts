/**
 * The policies that a configuration can name. To add one: its
 * file, its name in `policyNames`, and its line in `policies`.
 */
import { UserError, unknownName } from "../core/errors.js";
import { dilated } from "./dilated-policy.js";
import { dllm } from "./dllm-policy.js";
import { entropyBounded } from "./entropy-bounded.js";
import { lookahead } from "./lookahead.js";
import { policyValues, type NamedPolicy, type PolicyValues } from "./named-policy.js";
import { originPolicy, quotaPolicy, type UnmaskingPolicy } from "./policy.js";
import type { Population } from "./population.js";
import { factor, threshold } from "./threshold.js";
import { policyNames, type DecodeConfig, type PolicyName } from "./types.js";

export const policies = {
  threshold,
  factor,
  "entropy-bounded": entropyBounded,
  dilated,
  lookahead,
  dllm,
} as const satisfies Readonly<Record<PolicyName, object>>;

/** The policy that a configuration names; without one, that of its quota. */
export function policyOf(config: DecodeConfig): UnmaskingPolicy | Population {
  if (config.policy === undefined)
    return config.quota === "origin" ? originPolicy(config) : quotaPolicy(config);
  return namedPolicy(config.policy.name).create(config, policyParameters(config) as PolicyValues<never>);
}

/** @throws UserError for a name that is none */
export function namedPolicy(name: string): NamedPolicy {
  if (typeof name !== "string" || !Object.hasOwn(policies, name))
    throw unknownName("decode", "policy", name, policyNames);
  // One row of a table of different parameters: what `policyValues` returns fits the row it was asked for.
  return policies[name as PolicyName] as unknown as NamedPolicy;
}

/**
 * Every parameter of the policy that a configuration names, defaults included; none where the quota decides.
 */
export function policyParameters({
  policy,
}: Pick<DecodeConfig, "policy">): Readonly<Record<string, number | string>> {
  if (policy === undefined) return {};
  const { name, ...given } = policy;
  return policyValues(name, namedPolicy(name).parameters, given);
}

/**
 * What decides the positions, as people read it, what was given
 * included: "threshold tau=0.8"; "quota" where none is named.
 */
export function policyInWords({ policy }: Pick<DecodeConfig, "policy">): string {
  const { name, ...given } = policy ?? { name: "quota" };
  return [name, ...Object.entries(given).map(([key, value]) => `${key}=${value}`)].join(" ");
}

/** @throws UserError for a policy that does not go with the rest of the configuration */
export function checkPolicy(config: DecodeConfig): void {
  if (config.policy === undefined) return;
  const { name } = config.policy;
  const { scores, endsItself, mayProposeMask = false } = namedPolicy(name);
  if (!scores.includes(config.remasking))
    throw new UserError(
      `decode: policy ${name} cannot read remasking "${config.remasking}"; choose ` +
        `${scores.join(" or ")}, or leave it out.`,
    );
  if (endsItself && config.steps !== config.completionLength)
    throw new UserError(
      `decode: steps=${config.steps} means nothing under policy ${name}, which decides how many there ` +
        "are; leave it out.",
    );
  if (endsItself && config.quota !== "llada")
    throw new UserError(`decode: quota "${config.quota}" means nothing under policy ${name}; leave it out.`);
  if ((config.algTemperature ?? 0) > 0)
    throw new UserError(
      `decode: algTemperature=${config.algTemperature} draws a quota's positions, policy ${name} has ` +
        "its own; leave it out.",
    );
  if (config.maskProposable && !mayProposeMask)
    throw new UserError(
      `decode: policy ${name} counts on a token at every position it commits; set maskProposable to false.`,
    );
  policyOf(config); // its parameters, too
}
