/** The command-line options that every command which decodes takes, and the configuration they spell. */
import { tieRules, type TieRule } from "../core/records.js";
import { decodeDefaults } from "../decode/config.js";
import {
  attentions,
  kvCaches,
  quotas,
  remaskings,
  type Attention,
  type DecodeConfig,
  type KvCache,
  type Quota,
  type Remasking,
  policyNames,
  type PolicyName,
  type PolicySettings,
} from "../decode/types.js";
import { namedPolicy, policies } from "../decode/policies.js";
import { UserError } from "../core/errors.js";

export const decodeOptions = {
  checkpoint: {
    type: "string",
    required: true,
    description: "checkpoint folder, or the recipe of a shipped one",
  },
  seed: {
    type: "integer",
    default: 1,
    min: 0,
    description: "seed of the sampling, and of a shipped checkpoint",
  },
  temperature: {
    type: "number",
    default: decodeDefaults.temperature,
    min: 0,
    description: "sampling temperature",
  },
  "top-p": {
    type: "number",
    default: decodeDefaults.topP,
    min: 0,
    max: 1,
    description: "nucleus filter; 1 keeps all",
  },
  "top-k": { type: "integer", min: 1, description: "keep the k most probable tokens; by default all" },
  steps: { type: "integer", min: 1, description: "denoiser steps; by default one a token" },
  order: {
    type: "choice",
    values: remaskings,
    description: `what ranks positions; by default ${decodeDefaults.remasking}, under a policy what it reads`,
  },
  ties: {
    type: "choice",
    values: tieRules,
    default: decodeDefaults.tieRule,
    description: "which of equals goes first",
  },
  quota: {
    type: "choice",
    values: quotas,
    default: decodeDefaults.quota,
    description: "how many tokens a step",
  },
  policy: {
    type: "choice",
    values: ["quota", ...policyNames],
    default: "quota",
    description: "which positions are committed at a step; quota: the surest, as many as the quota says",
  },
  with: {
    type: "list",
    description: `parameters of the policy, such as tau=0.8 (${parametersInWords()})`,
  },
  block: { type: "integer", min: 1, description: "semi-AR block length; by default the whole completion" },
  cache: {
    type: "choice",
    values: ["none", ...kvCaches],
    default: "none",
    description: "keys and values that a block's later passes reuse: before it, or all around it",
  },
  attention: {
    type: "choice",
    values: attentions,
    default: "full",
    description: "what a position sees: everything, or blocks of policy dllm up to its own (bd3lm)",
  },
  guidance: { type: "number", default: 0, min: 0, description: "classifier-free guidance; 0 is none" },
} as const;

interface Given {
  readonly temperature: number;
  readonly "top-p": number;
  readonly "top-k": number | undefined;
  readonly steps: number | undefined;
  readonly order: Remasking | undefined;
  readonly ties: TieRule;
  readonly quota: Quota;
  readonly policy: "quota" | PolicyName;
  readonly with: readonly string[];
  readonly block: number | undefined;
  readonly cache: "none" | KvCache;
  readonly attention: Attention;
  readonly guidance: number;
}

/** What differs from the defaults of `decodeConfig`. */
export function decodeOverrides(given: Given): Partial<DecodeConfig> {
  return {
    temperature: given.temperature,
    topP: given["top-p"],
    topK: given["top-k"] ?? null,
    ...(given.order !== undefined && { remasking: given.order }),
    tieRule: given.ties,
    quota: given.quota,
    ...policyGiven(given),
    blockLength: given.block ?? null,
    ...(given.cache !== "none" && { kvCache: given.cache }),
    ...(given.attention !== "full" && { attention: given.attention }),
    ...(given.guidance > 0 && { guidance: given.guidance }),
    ...(given.steps !== undefined && { steps: given.steps }),
  };
}

/** @throws UserError for a parameter that is not written NAME=VALUE, or that nothing reads */
function policyGiven({ policy, with: texts }: Given): { readonly policy?: PolicySettings } {
  if (policy === "quota") {
    if (texts.length === 0) return {};
    throw new UserError(
      `decode: --with ${texts[0]} is a parameter of a policy and none is named; add --policy, such as ${policyNames[0]}.`,
    );
  }
  const [example] = Object.entries(namedPolicy(policy).parameters);
  const parameters = texts.map((text): [string, number | string] => {
    const [name, value, ...rest] = text.split("=");
    if (name === "" || value === undefined || value === "" || rest.length > 0)
      throw new UserError(
        `decode: --with ${text} is not NAME=VALUE; write for example --with ${example[0]}=${example[1].default}.`,
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
