/** Models after reinforcement learning beside the one that it started from, on the same problems: Table 2. */
import { portable } from "../checkpoints/portable.js";
import { checkpointFolder } from "../checkpoints/testbed.js";
import type { SampleRow } from "../log/schemas.js";
import { estimatorName, type HeldOutResult, type RlResult } from "../recipes/rl/rl-results.js";
import { formOf } from "../tasks/minipy-form.js";

/**
 * RL seeds that have finished, the lowest first; each has problems of its own. @param most how many at most
 */
export function rlSeeds(results: readonly RlResult[], most: number): number[] {
  return [...new Set(results.map(run => run.seed))].sort((a, b) => a - b).slice(0, most);
}

/** The model before, and those that the runs of one RL seed made of it; none without such a run. */
export function beforeAndAfter(results: readonly RlResult[], seed: number): string[] {
  const after = results.filter(run => run.seed === seed).map(run => run.folder);
  if (after.length === 0) return [];
  const { recipe } = results[0];
  return [checkpointFolder(recipe.from, recipe.parentSeed), ...after].map(portable);
}

/** Samples with the estimator that made their model, or "before". */
export function withEstimator(
  samples: readonly SampleRow[],
): (SampleRow & { readonly estimator: string; readonly formWritten: string })[] {
  return samples.map(row => ({
    ...row,
    estimator: estimatorName(row.checkpoint),
    formWritten: formOf(row.text),
  }));
}

/**
 * Held-out answers before the first and after the last step; the former are "before", whatever the estimator.
 */
export function endsOf(answers: readonly HeldOutResult[]): HeldOutResult[] {
  const last = Math.max(...answers.map(answer => answer.step));
  return answers
    .filter(({ step }) => step === 0 || step === last)
    .map(answer => ({ ...answer, estimator: answer.step === 0 ? "before" : answer.estimator }));
}
