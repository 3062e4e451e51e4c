/**
 * The order of dllm's samplers (MDLM, BD3LM and infilling): blocks from left to right, each in a number of
 * steps of its own; at a step as many of the surest tokens as its schedule of masks says. In "sample" every
 * masked position before the block's end may be committed, also one that an earlier block left or that stood
 * in the prompt, though only the block's own are counted; in "infill" the block's alone. Steps that would
 * commit nothing are left out.
 */
import type { DecodeConfig } from "./types.js";
import type { NamedPolicy, PolicyValues } from "./named-policy.js";
import { chooseHighest, type UnmaskingPolicy } from "./policy.js";
import { dllmTokensPerStep, maskSchedules, type MaskSchedule } from "./quota.js";

const parameters = {
  steps: { default: 128, min: 1, whole: true, description: "steps over all blocks" },
  block: { default: 0, min: 0, whole: true, description: "length of a block; 0 is one block" },
  start: { default: 0, min: 0, whole: true, description: "where the first block begins" },
  perBlock: { default: 0, min: 0, whole: true, description: "steps of a block; 0 shares out steps" },
  schedule: { default: "linear", values: maskSchedules, description: "how masks become fewer" },
  scope: { default: "sample", values: ["sample", "infill"], description: "what a block may commit" },
} as const;

const scores = ["probability-untempered", "random"] as const;

export const dllm: NamedPolicy<typeof parameters> = {
  summary: "dllm's samplers: a schedule of masks in every block",
  scores,
  parameters,
  endsItself: true,
  mayProposeMask: true,
  create: dllmPolicy,
};

/** One step of a sample: the block it belongs to, and how many tokens it commits. */
export interface DllmStep {
  readonly start: number;
  /** exclusive */
  readonly end: number;
  readonly count: number;
}

export type DllmValues = PolicyValues<typeof parameters>;

/**
 * Every step of a sample, in turn.
 * @param initial positions masked before the first step, ascending
 */
export function dllmSteps(initial: readonly number[], length: number, values: DllmValues): DllmStep[] {
  const { start: first, steps, perBlock } = values;
  const block = values.block === 0 ? length - first : values.block;
  const blocks = Math.ceil((length - first) / block);
  const each = perBlock > 0 ? perBlock : Math.ceil(steps / blocks);
  return Array.from({ length: blocks }, (_, b) => {
    const [start, end] = [first + b * block, Math.min(length, first + (b + 1) * block)];
    const own = initial.filter(p => p >= start && p < end).length;
    return dllmTokensPerStep(own, each, values.schedule as MaskSchedule).map(count => ({
      start,
      end,
      count,
    }));
  }).flat();
}

function dllmPolicy(
  { completionLength, tieRule, attention }: DecodeConfig,
  values: DllmValues,
): UnmaskingPolicy {
  const everywhere = Array.from({ length: completionLength }, (_, p) => p);
  // A finished block is no longer computed where attention is block-causal.
  const ownOnly = values.scope === "infill" || attention === "block-causal";
  const known = new WeakMap<readonly number[], readonly DllmStep[]>();
  const stepsOf = (initial: readonly number[]) => {
    const steps = known.get(initial) ?? dllmSteps(initial, completionLength, values);
    known.set(initial, steps);
    return steps;
  };
  return ({ step, masked, scores, initial = everywhere }, rng) => {
    const steps = stepsOf(initial);
    const { start, end, count } = steps.at(step) ?? { start: 0, end: 0, count: 0 };
    const from = ownOnly ? start : 0;
    const candidates = masked.filter(p => p >= from && p < end);
    return { ...chooseHighest(candidates, scores, count, tieRule, rng), last: step >= steps.length - 1 };
  };
}
