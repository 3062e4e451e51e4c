/** Configurations of decodings: defaults, those of public codes, and what goes together. */
import { UserError, unknownName } from "../core/errors.js";
import { isJsonObject } from "../core/json-text.js";
import { quoted } from "../core/plain-text.js";
import { tieRules } from "../core/records.js";
import { checkPolicy, namedPolicy } from "./policies.js";
import { attentions, kvCaches, quotas, remaskings, type DecodeConfig, type PolicySettings } from "./types.js";

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
