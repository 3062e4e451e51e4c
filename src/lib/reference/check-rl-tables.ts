/** Advantages, completion masks and the order of mask seeds: small tables beside the coupled-GRPO cases. */
import { groupAdvantages, groupDeviations, totalReward } from "../rl/advantages.js";
import { completionMask } from "../rl/completion-mask.js";
import { publicMaskSchedule } from "../rl/mask-schedule.js";
import type { CaseFile, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, largestRelative, tolerances } from "./finding.js";

export function checkAdvantages({ name, fields }: CaseFile): CheckResult[] {
  const alone = fields.has("group_of_one") ? [groupOfOne(name, fields.child("group_of_one"))] : [];
  return [...fields.list("cases").flatMap((c, i) => checkGroups(`${name} case ${i}`, c)), ...alone];
}

/**
 * Leave-one-out of a group of one is NaN (null) in the
 * reference and refused here; the mean baseline is 0 in both.
 */
function groupOfOne(name: string, c: Fields): CheckResult {
  const means = groupAdvantages(c.numbers("rewards"), 1, "group-mean");
  const quantity = "group mean of a single completion";
  const difference = largestRelative(means, c.numbers("mean_baseline"));
  return { name: `${name} group_of_one`, quantity, difference, tolerance: tolerances.float32 };
}

function checkGroups(name: string, c: Fields): CheckResult[] {
  const size = c.number("num_generations");
  const weights = c.numbers("reward_weights");
  const rewards = c.matrixOrNull("rewards_per_function").map(row => totalReward(row, weights));
  const deviations = groupDeviations(rewards, size);
  const close = (
    quantity: string,
    ours: readonly number[],
    key: string,
    scale = ones(ours),
  ): CheckResult => ({
    name,
    quantity: `${quantity}, groups of ${size}`,
    difference: largestRelative(times(ours, scale), times(c.numbers(key), scale)),
    tolerance: tolerances.float32,
  });
  // Dividing by a deviation near 0 blows up float32 rounding of the reference: compared before that division.
  const spread = rewards.map((_, i) => Math.min(1, deviations[Math.floor(i / size)] + 1e-4));
  return [
    close("total reward", rewards, "total_reward"),
    close("leave-one-out", groupAdvantages(rewards, size, "leave-one-out"), "loo"),
    close("group mean", groupAdvantages(rewards, size, "group-mean"), "mean_baseline"),
    close(
      "leave-one-out, scaled",
      groupAdvantages(rewards, size, "leave-one-out", true),
      "loo_scaled",
      spread,
    ),
    close(
      "group mean, scaled",
      groupAdvantages(rewards, size, "group-mean", true),
      "mean_baseline_scaled",
      spread,
    ),
    close("standard deviation", deviations, "group_std_unbiased"),
  ];
}

function ones(values: readonly number[]): number[] {
  return values.map(() => 1);
}

function times(values: readonly number[], factors: readonly number[]): number[] {
  return values.map((value, i) => value * factors[i]);
}

export function checkCompletionMasks({ name, fields }: CaseFile): CheckResult[] {
  const eos = fields.number("eos_token_id");
  const masks = fields.matrix("completion_ids").map(ids => Array.from(completionMask(ids, eos)));
  const reference = fields.matrix("completion_mask");
  return masks.map((mask, i) => ({
    name: `${name} row ${i}`,
    quantity: `${mask.length} tokens`,
    difference: countDifferent(mask, reference[i] ?? []),
    tolerance: tolerances.identical,
  }));
}

export function checkStepSchedule({ name, fields }: CaseFile): CheckResult[] {
  return fields.list("cases").map(c => {
    const accumulation = c.number("gradient_accumulation_steps");
    const iterations = c.number("num_iterations");
    const steps = c.list("sequence");
    const ours = steps.flatMap(s => {
      const { newRollout, microBatch, maskSeed } = publicMaskSchedule(
        s.number("step"),
        accumulation,
        iterations,
      );
      return [newRollout, microBatch, maskSeed];
    });
    const reference = steps.flatMap(s => [
      s.flag("new_rollout"),
      s.number("micro_batch"),
      s.number("mask_seed_index"),
    ]);
    return {
      name: `${name} accumulation ${accumulation}, mu ${iterations}`,
      quantity: `rollout, micro-batch and seed of ${steps.length} steps`,
      difference: countDifferent(ours, reference),
      tolerance: tolerances.identical,
    };
  });
}
