/** The command-line options that every command which decodes takes, and the configuration they spell. */
import { tieRules, type TieRule } from "../core/records.js";
import {
  decodeDefaults,
  quotas,
  remaskings,
  type DecodeConfig,
  type Quota,
  type Remasking,
} from "../decode/config.js";

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
    default: decodeDefaults.remasking,
    description: "what ranks positions",
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
  block: { type: "integer", min: 1, description: "semi-AR block length; by default the whole completion" },
  guidance: { type: "number", default: 0, min: 0, description: "classifier-free guidance; 0 is none" },
} as const;

interface Given {
  readonly temperature: number;
  readonly "top-p": number;
  readonly "top-k": number | undefined;
  readonly steps: number | undefined;
  readonly order: Remasking;
  readonly ties: TieRule;
  readonly quota: Quota;
  readonly block: number | undefined;
  readonly guidance: number;
}

/** What differs from the defaults of `decodeConfig`. */
export function decodeOverrides(given: Given): Partial<DecodeConfig> {
  return {
    temperature: given.temperature,
    topP: given["top-p"],
    topK: given["top-k"] ?? null,
    remasking: given.order,
    tieRule: given.ties,
    quota: given.quota,
    blockLength: given.block ?? null,
    ...(given.guidance > 0 && { guidance: given.guidance }),
    ...(given.steps !== undefined && { steps: given.steps }),
  };
}
