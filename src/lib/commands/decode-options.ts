/** The command-line options that every command which decodes takes, and the configuration they spell. */
import { decodeDefaults } from "../decode/config.js";
import {
  decodeSchema,
  policyNames,
  type DecodeConfig,
  type PolicyName,
  type PolicySettings,
} from "../decode/types.js";
import { namedPolicy, policies } from "../decode/policies.js";
import { UserError } from "../core/errors.js";
import { choice, list, text, whole } from "../core/schema.js";
import { group, option } from "./option.js";

const { entries } = decodeSchema;
const defaults = decodeDefaults;

/** One for a field of the configuration each. */
const fieldOptions = {
  temperature: option(entries.temperature, undefined, { default: defaults.temperature }),
  "top-p": option(entries.topP, undefined, { default: defaults.topP }),
  "top-k": option(entries.topK),
  steps: option(entries.steps),
  remasking: option(
    entries.remasking,
    `what ranks positions; by default ${defaults.remasking}, under a policy what it reads`,
  ),
  "tie-rule": option(entries.tieRule, undefined, { default: defaults.tieRule }),
  quota: option(entries.quota, undefined, { default: defaults.quota }),
  "block-length": option(entries.blockLength),
  "kv-cache": option(entries.kvCache),
  "attention-mask": option(entries.attention),
  guidance: option(entries.guidance),
};

/** "top-p" is topP. */
function fieldOf(name: string): string {
  if (name === "attention-mask") return "attention";
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

export const modelOptions = group("Model", {
  checkpoint: option(text, "checkpoint folder, or the recipe of a shipped one", { required: true }),
  seed: option(whole(0), "seed of the sampling, and of a shipped checkpoint", { default: 1 }),
});

export const decodeOptions = group("Decoding", {
  ...fieldOptions,
  policy: option(
    choice(["quota", ...policyNames]),
    "which positions are committed at a step; quota: the surest, as many as the quota says",
    { default: "quota" },
  ),
  with: option(list(text), `parameters of the policy, such as tau=0.8 (${parametersInWords()})`),
});

type Given = Readonly<Partial<Record<keyof typeof fieldOptions, unknown>>> & {
  readonly policy: "quota" | PolicyName;
  readonly with: readonly string[];
};

/** What differs from the defaults of `decodeConfig`, which checks it. */
export function decodeOverrides(given: Given): Partial<DecodeConfig> {
  const fields = Object.keys(fieldOptions).flatMap(name => {
    const value = given[name as keyof typeof fieldOptions];
    return value === undefined ? [] : [[fieldOf(name), value] as const];
  });
  return { ...(Object.fromEntries(fields) as Partial<DecodeConfig>), ...policyGiven(given) };
}

/** @throws UserError for a parameter that is not written NAME=VALUE, or that nothing reads */
function policyGiven({ policy, with: texts }: Given): { readonly policy?: PolicySettings } {
  if (policy === "quota") {
    if (texts.length === 0) return {};
    throw new UserError(
      `decode: --with ${texts[0]} is a parameter of a policy and none is named; add --policy, such as ` +
        `${policyNames[0]}.`,
    );
  }
  const [example] = Object.entries(namedPolicy(policy).parameters);
  const parameters = texts.map((text): [string, number | string] => {
    const [name, value, ...rest] = text.split("=");
    if (name === "" || value === undefined || value === "" || rest.length > 0)
      throw new UserError(
        `decode: --with ${text} is not NAME=VALUE; write for example --with ` +
          `${example[0]}=${example[1].default}.`,
      );
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  });
  return { policy: { ...Object.fromEntries(parameters), name: policy } };
}

/** "threshold: tau, spacing, minGap; ..." */
function parametersInWords(): string {
  return Object.entries(policies)
    .map(([name, { parameters }]) => `${name}: ${Object.keys(parameters).join(", ")}`)
    .join("; ");
}
