/** Configurations of decodings: defaults, those of public codes, and what goes together. */
import { UserError } from "../core/errors.js";
import { check, fields } from "../core/schema.js";
import { checkPolicy, namedPolicy } from "./policies.js";
import { decodeSchema, type DecodeConfig, type PolicySettings } from "./types.js";

/**
 * DiffuCoder §4.2, B.2 (entropy, T 0.2) with the top-p of
 * its public code; ties as a stable top-k breaks them.
 */
export const decodeDefaults: Omit<DecodeConfig, "completionLength" | "steps"> = {
  temperature: 0.2,
  topP: 0.95,
  topK: null,
  remasking: "neg-entropy",
  tieRule: "leftmost",
  quota: "llada",
  blockLength: null,
  maskProposable: false,
};

/**
 * Dream's public decoder with its "entropy" order, as the demo of DiffuCoder runs it. (The code's own
 * defaults are temperature 0 and random order: quota "origin".)
 */
export const dreamPublic: Partial<DecodeConfig> = {
  temperature: 0.3,
  topP: 0.95,
  remasking: "neg-entropy",
  quota: "dream",
  maskProposable: true,
};

/** LLaDA's public generate.py, low-confidence remasking; its demo sets blockLength 32. */
export const lladaPublic: Partial<DecodeConfig> = {
  temperature: 0,
  topP: 1,
  remasking: "probability-untempered",
  quota: "llada",
  maskProposable: true,
};

/** dllm's MDLM sampler, as its a2d models are run; block and steps are the policy's. */
export const mdlmPublic = {
  temperature: 0,
  topP: 1,
  remasking: "probability-untempered",
  maskProposable: true,
  policy: { name: "dllm" },
} as const satisfies Partial<DecodeConfig>;

/** dllm's BD3LM sampler: the same, block by block on a canvas that grows. */
export const bd3lmPublic = {
  ...mdlmPublic,
  attention: "block-causal",
  policy: { name: "dllm", block: 32 },
} as const satisfies Partial<DecodeConfig>;

/**
 * The defaults with as many steps as tokens, and what differs. A named policy brings the score that it reads.
 * @throws UserError naming the first option that cannot be, or is none
 */
export function decodeConfig(completionLength: number, overrides: Partial<DecodeConfig> = {}): DecodeConfig {
  const { policy } = overrides;
  check("decode", policyAlone, { policy });
  const score = policy === undefined ? {} : { remasking: namedPolicy(policy.name).scores[0] };
  const config = { ...decodeDefaults, completionLength, steps: completionLength, ...score, ...overrides };
  checkDecodeConfig(config);
  return config;
}

const policyAlone = fields({ policy: decodeSchema.entries.policy });

/** @throws UserError naming the first option that cannot be, and what can */
export function checkDecodeConfig(c: DecodeConfig): void {
  check("decode", decodeSchema, c);
  if (c.steps > c.completionLength) {
    throw refuse(
      `steps=${c.steps} exceeds completionLength=${c.completionLength}, each step must commit a token`,
      "lower steps or raise completionLength",
    );
  }
  checkAlgTemperature(c);
  if (c.blockLength !== null) {
    if (c.completionLength % c.blockLength !== 0)
      throw refuse(
        `blockLength=${c.blockLength} does not divide completionLength=${c.completionLength}`,
        "choose a divisor",
      );
    const blocks = c.completionLength / c.blockLength;
    if (c.steps % blocks !== 0)
      throw refuse(`steps=${c.steps} is no multiple of the ${blocks} blocks`, "choose a multiple");
  }
  checkCache(c);
  checkPolicy(c);
  checkTokens(c);
  checkAttention(c);
}

function checkTokens(c: DecodeConfig): void {
  if (c.postponed !== undefined && c.remasking !== "probability-untempered")
    throw refuse(
      `postponed tokens have no probability and remasking "${c.remasking}" does not read one`,
      'choose "probability-untempered"',
    );
  if (c.suppressed !== undefined && c.kvCache !== undefined)
    throw refuse(`suppressed tokens and a ${c.kvCache} cache do not go together`, "leave one of them out");
}

function checkAttention({ attention, policy, kvCache, completionLength }: DecodeConfig): void {
  if (attention === undefined) return;
  if (attention === "full") return;
  const given: Partial<PolicySettings> = policy ?? {};
  const { name, block = 0, start = 0, scope = "sample" } = given;
  if (name !== "dllm" || Number(block) < 1 || start !== 0)
    throw refuse(
      "block-causal attention needs the blocks of policy dllm",
      "name it and its block, such as 32",
    );
  if (Number(block) > completionLength)
    throw refuse(`block=${block} exceeds completionLength=${completionLength}`, "give a shorter block");
  if (scope !== "sample")
    throw refuse("block-causal attention cannot fill in what stands before a text", "leave scope out");
  if (kvCache !== undefined)
    throw refuse(`block-causal attention and a ${kvCache} cache do not go together`, "leave one of them out");
}

function checkCache({ kvCache, guidance = 0, maskProposable }: DecodeConfig): void {
  if (kvCache === undefined) return;
  if (guidance > 0)
    throw refuse(
      `a ${kvCache} cache holds the keys and values of one pass and guidance=${guidance} makes two a step`,
      "leave one of them out",
    );
  if (maskProposable)
    throw refuse(
      `a ${kvCache} cache counts on finished blocks, which maskProposable may leave open`,
      "set maskProposable to false",
    );
}

function checkAlgTemperature({ algTemperature = 0, quota }: DecodeConfig): void {
  if (algTemperature > 0 && quota === "origin")
    throw refuse(
      `algTemperature=${algTemperature} means nothing under quota "origin", which ranks no positions`,
      "leave it out or choose another quota",
    );
}

function refuse(what: string, remedy: string): UserError {
  return new UserError(`decode: ${what}; ${remedy}.`);
}
