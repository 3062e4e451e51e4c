/**
 * What a decoding is told and asked: lengths, filters, the score that ranks positions, how many are committed
 * a step, ties; and of a model, its logits.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { isJsonObject } from "../core/json-text.js";
import { tieRules } from "../core/records.js";
import {
  choice,
  described,
  fields,
  flag,
  list,
  nonNegative,
  number,
  orAbsent,
  orNull,
  value,
  whole,
  type Of,
} from "../core/schema.js";
import type { Denoiser } from "../model/denoiser.js";

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

/**
 * Positions committed a step: Dream's time schedule, LLaDA's
 * even split, or Dream's "origin" (each with a probability).
 */
export const quotas = ["dream", "llada", "origin"] as const;

/**
 * What a block-wise cache keeps of a block's first pass (Fast-dLLM): keys
 * and values of everything before the block, or of everything around it.
 */
export const kvCaches = ["prefix", "dual"] as const;
export type KvCache = (typeof kvCaches)[number];

export const attentions = ["full", "block-causal"] as const;
export type Attention = (typeof attentions)[number];

export const policyNames = [
  "threshold",
  "factor",
  "entropy-bounded",
  "dilated",
  "lookahead",
  "dllm",
] as const;
export type PolicyName = (typeof policyNames)[number];

/** A policy's name and those of its parameters that are not the default. */
export interface PolicySettings {
  readonly name: PolicyName;
  readonly [parameter: string]: number | string;
}

/** Tokens of a completion: more than any model has positions for. */
const longestCompletion = 1_000_000;
const tokenIds = list(whole(0, undefined, "give token ids, from 0"));

export const decodeSchema = fields(
  {
    completionLength: whole(1, longestCompletion, "give the number of tokens to decode"),
    /** by the paper's default as many as tokens */
    steps: described(
      whole(1, longestCompletion, "give at least 1"),
      "denoiser steps; by default one a token",
    ),
    temperature: described(nonNegative("give 0 or more"), "sampling temperature"),
    topP: described(number("(0, 1]", "1 keeps every token"), "nucleus filter; 1 keeps all"),
    topK: described(
      orNull(whole(1, 2 ** 31 - 1, "null keeps every token")),
      "keep the k most probable tokens; by default all",
    ),
    remasking: described(choice(remaskings), "what ranks positions"),
    tieRule: described(choice(tieRules), "which of equals goes first"),
    /**
     * Above 0, a step's positions are drawn without replacement, each with weight exp(score /
     * algTemperature), in place of the surest [Dream alg_temp]; 0 or absent takes the surest.
     */
    algTemperature: orAbsent(nonNegative("0 takes the surest positions")),
    quota: described(choice(quotas), "how many tokens a step"),
    /** a named policy in place of the quota; absent, the quota alone decides */
    policy: orAbsent(
      value<PolicySettings, undefined>(undefined, input =>
        isJsonObject(input) ? null : 'is no object with a name; write {"name": "threshold"} for example',
      ),
    ),
    /**
     * semi-AR: blocks of this length are finished left to right; null decodes the whole completion at once
     */
    blockLength: described(
      orNull(whole(1, longestCompletion, "choose a divisor of completionLength, or null")),
      "semi-AR block length; by default the whole completion",
    ),
    /**
     * approximate: passes after the first of a block reuse
     * keys and values of that one; absent, every pass is whole
     */
    kvCache: described(
      orAbsent(choice(kvCaches)),
      "keys and values that a block's later passes reuse: before it, or all around it; by default none",
    ),
    /**
     * true as in the public codes: the mask token keeps its probability, and a position for which it is
     * proposed uses its turn and stays masked, so that `order` may lack positions (their stepOf is -1). false
     * removes it before any softmax: every position ends as a token.
     */
    maskProposable: flag,
    /** tokens that are never proposed and have no probability [dllm suppress_tokens] */
    suppressed: orAbsent(tokenIds),
    /** committed after all others: the confidence gives them no probability [dllm begin_suppress_tokens] */
    postponed: orAbsent(tokenIds),
    /**
     * What a position attends to. "full", or absent, everything; "block-causal"
     * its own block of the policy `dllm` and those before it, padding left out:
     * the canvas grows block by block [dllm's bd3lm; arXiv 2503.09573].
     */
    attention: described(
      orAbsent(choice(attentions)),
      "what a position sees: everything (the default), or blocks of policy dllm up to its own (bd3lm)",
    ),
    /** [LLaDA cfg_scale]; above 0 every step asks twice */
    guidance: described(
      orAbsent(nonNegative("0 is none")),
      "scale of classifier-free guidance; by default none",
    ),
    /** given tokens that the pass without the prompt sees too [dllm cfg_keep_tokens] */
    guidanceKeeps: orAbsent(tokenIds),
  },
  "option",
);
export type DecodeConfig = Of<typeof decodeSchema>;

/**
 * What decoding asks of a model; the rest only with a cache,
 * an order that is learned, or of a model with a memory.
 */
export type DecodingDenoiser = Pick<Denoiser, "vocabSize" | "maskTokenId" | "padTokenId" | "logitsAt"> &
  Partial<
    Pick<Denoiser, "config" | "storingLogits" | "cachedLogits" | "hiddenAt" | "logitsOf" | "logitsUnder">
  > & {
    /**
     * for a model whose answer depends on what it said before:
     * the memory of one decoding, asked instead of `logitsAt`
     */
    readonly remember?: () => RememberedLogits;
  };

/**
 * As `logitsAt`.
 * @param samples whose canvases these are; one that is named twice stands there twice
 */
export type RememberedLogits = (
  ids: tf.Tensor2D,
  attentionMask: tf.Tensor2D | null,
  positions: readonly (readonly number[])[],
  samples: readonly number[],
) => tf.Tensor3D;
