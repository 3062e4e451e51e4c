/** What a decoding is: lengths, filters, the score that ranks positions, how many are committed a step, and ties. */
import { UserError, unknownName } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quoted } from "../core/plain-text.js";
import { tieRules, type TieRule } from "../core/records.js";
import { checkPolicy, namedPolicy, type PolicySettings } from "./policies.js";

/**
 * What ranks masked positions; the highest is committed first. Public names in brackets.
 * - `probability` of the proposed token, tempered and filtered [Dream maskgit_plus]
 * - `probability-untempered` of the proposed token [LLaDA low_confidence]
 * - `margin` of the two most probable tokens, tempered and filtered [Dream topk_margin]
 * - `neg-entropy` of the tempered and filtered distribution [Dream entropy; DiffuCoder §4.2]
 * - `neg-entropy-untempered`: no ties at low temperature (testbed trap 1)
 * - `random` [LLaDA random]
 */
export const remaskings = [
  "probability",
  "probability-untempered",
  "margin",
  "neg-entropy",
  "neg-entropy-untempered",
  "random",
] as const;
export type Remasking = (typeof remaskings)[number];

/** Positions committed a step: Dream's time schedule, LLaDA's even split, or Dream's "origin" (each with a probability). */
export const quotas = ["dream", "llada", "origin"] as const;
export type Quota = (typeof quotas)[number];

/**
 * What a block-wise cache keeps of a block's first pass (Fast-dLLM): keys and values of everything before the block, or of
 * everything around it.
 */
export const kvCaches = ["prefix", "dual"] as const;
export type KvCache = (typeof kvCaches)[number];

export const attentions = ["full", "block-causal"] as const;
export type Attention = (typeof attentions)[number];

export interface DecodeConfig {
  readonly completionLength: number;
  /** denoiser steps; by the paper's default as many as tokens */
  readonly steps: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number | null;
  readonly remasking: Remasking;
  readonly tieRule: TieRule;
  /**
   * Above 0, a step's positions are drawn without replacement, each with weight exp(score / algTemperature), in
   * place of the surest [Dream alg_temp]; 0 or absent takes the surest.
   */
  readonly algTemperature?: number;
  readonly quota: Quota;
  /** a named policy in place of the quota; absent, the quota alone decides */
  readonly policy?: PolicySettings;
  /** semi-AR: blocks of this length are finished left to right; null decodes the whole completion at once */
  readonly blockLength: number | null;
  /** approximate: passes after the first of a block reuse keys and values of that one; absent, every pass is whole */
  readonly kvCache?: KvCache;
  /**
   * true as in the public codes: the mask token keeps its probability, and a position for which it is proposed uses
   * its turn and stays masked, so that `order` may lack positions (their stepOf is -1). false removes it before any
   * softmax: every position ends as a token.
   */
  readonly maskProposable: boolean;
  /** tokens that are never proposed and have no probability [dllm suppress_tokens] */
  readonly suppressed?: readonly number[];
  /** tokens that are committed after all others: the confidence gives them no probability [dllm begin_suppress_tokens] */
  readonly postponed?: readonly number[];
  /**
   * What a position attends to. "full", or absent, everything; "block-causal" its own block of the policy `dllm` and those
   * before it, padding left out: the canvas grows block by block [dllm's bd3lm; arXiv 2503.09573].
   */
  readonly attention?: Attention;
  /** scale of classifier-free guidance [LLaDA cfg_scale]; 0 or absent is none, above it every step asks twice */
  readonly guidance?: number;
  /** given tokens that the pass without the prompt sees too [dllm cfg_keep_tokens] */
  readonly guidanceKeeps?: readonly number[];
}

/** DiffuCoder §4.2, B.2 (entropy, T 0.2) with the top-p of its public code; ties as a stable top-k breaks them. */
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
 * Dream's public decoder with its "entropy" order, as the demo of DiffuCoder runs it. (The code's own defaults are
 * temperature 0 and random order: quota "origin".)
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
  const unknown = Object.keys(overrides).find(key => !optionNames.includes(key));
  if (unknown !== undefined) throw unknownName("decode", "option", unknown, optionNames);
  const { policy } = overrides;
  checkPolicySettings(policy);
  const score = policy === undefined ? {} : { remasking: namedPolicy(policy.name).scores[0] };
  const config = { ...decodeDefaults, completionLength, steps: completionLength, ...score, ...overrides };
  checkDecodeConfig(config);
  return config;
}

/** Every option, those too that are absent by default. */
const optionNames: readonly string[] = [
  ...["completionLength", "steps", ...Object.keys(decodeDefaults)],
  ...(["algTemperature", "policy", "kvCache", "guidance"] satisfies (keyof DecodeConfig)[]),
  ...(["attention", "suppressed", "postponed", "guidanceKeeps"] satisfies (keyof DecodeConfig)[]),
];

/** Tokens of a completion: more than any model has positions for. */
const longestCompletion = 1_000_000;

/** @throws UserError naming the first option that cannot be, and what can */
export function checkDecodeConfig(c: DecodeConfig): void {
  if (
    !Number.isInteger(c.completionLength) ||
    c.completionLength < 1 ||
    c.completionLength > longestCompletion
  ) {
    throw refuse(
      `completionLength=${quoted(c.completionLength)} is no positive whole number up to ${longestCompletion}`,
      "give the number of tokens to decode",
    );
  }
  if (!Number.isInteger(c.steps) || c.steps < 1)
    throw refuse(`steps=${quoted(c.steps)} is no positive whole number`, "give at least 1");
  if (c.steps > c.completionLength) {
    throw refuse(
      `steps=${c.steps} exceeds completionLength=${c.completionLength}, each step must commit a token`,
      "lower steps or raise completionLength",
    );
  }
  if (!(c.temperature >= 0 && Number.isFinite(c.temperature)))
    throw refuse(`temperature=${quoted(c.temperature)} is negative or no number`, "give 0 or more");
  if (!(typeof c.topP === "number" && c.topP > 0 && c.topP <= 1))
    throw refuse(`topP=${quoted(c.topP)} is outside (0, 1]`, "1 keeps every token");
  if (c.topK !== null && !(Number.isInteger(c.topK) && c.topK >= 1))
    throw refuse(`topK=${quoted(c.topK)} is no positive whole number`, "null keeps every token");
  if (!remaskings.includes(c.remasking)) throw unknownName("decode", "remasking", c.remasking, remaskings);
  if (!tieRules.includes(c.tieRule)) throw unknownName("decode", "tieRule", c.tieRule, tieRules);
  if (!quotas.includes(c.quota)) throw unknownName("decode", "quota", c.quota, quotas);
  checkAlgTemperature(c);
  if (typeof c.maskProposable !== "boolean")
    throw refuse(`maskProposable=${quoted(c.maskProposable)} is neither true nor false`, "give one of them");
  const { guidance = 0 } = c;
  if (!(guidance >= 0 && Number.isFinite(guidance)))
    throw refuse(`guidance=${quoted(guidance)} is negative or no number`, "0 is none");
  if (c.blockLength !== null) {
    if (!Number.isInteger(c.blockLength) || c.blockLength < 1 || c.completionLength % c.blockLength !== 0) {
      throw refuse(
        `blockLength=${quoted(c.blockLength)} does not divide completionLength=${c.completionLength}`,
        "choose a divisor",
      );
    }
    const blocks = c.completionLength / c.blockLength;
    if (c.steps % blocks !== 0)
      throw refuse(`steps=${c.steps} is no multiple of the ${blocks} blocks`, "choose a multiple");
  }
  checkCache(c);
  checkPolicySettings(c.policy);
  checkPolicy(c);
  checkTokens(c);
  checkAttention(c);
}

function checkTokens(c: DecodeConfig): void {
  for (const key of ["suppressed", "postponed", "guidanceKeeps"] as const) {
    const wrong = c[key]?.find(id => !Number.isSafeInteger(id) || id < 0);
    if (wrong !== undefined) throw refuse(`${key} holds ${wrong}, which is no token id`, "give ids from 0");
  }
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
  if (!attentions.includes(attention)) throw unknownName("decode", "attention", attention, attentions);
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
  if (scope !== "sample") throw refuse("block-causal attention cannot fill in what stands before a text", "leave scope out"); // prettier-ignore
  if (kvCache !== undefined)
    throw refuse(`block-causal attention and a ${kvCache} cache do not go together`, "leave one of them out");
}

function checkPolicySettings(policy: unknown): void {
  if (policy !== undefined && !isJsonObject(policy))
    throw refuse(
      `policy=${quoted(policy)} is no object with a name`,
      'write {"name": "threshold"} for example',
    );
}

function checkCache({ kvCache, guidance = 0, maskProposable }: DecodeConfig): void {
  if (kvCache === undefined) return;
  if (!kvCaches.includes(kvCache)) throw unknownName("decode", "kvCache", kvCache, kvCaches);
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
  if (!(algTemperature >= 0 && Number.isFinite(algTemperature)))
    throw refuse(
      `algTemperature=${quoted(algTemperature)} is negative or no number`,
      "0 takes the surest positions",
    );
  if (algTemperature > 0 && quota === "origin")
    throw refuse(
      `algTemperature=${algTemperature} means nothing under quota "origin", which ranks no positions`,
      "leave it out or choose another quota",
    );
}

function refuse(what: string, remedy: string): UserError {
  return new UserError(`decode: ${what}; ${remedy}.`);
}
