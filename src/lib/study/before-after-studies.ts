/** The decoding runs of Table 2: models after reinforcement learning beside the one that it started from, on the same problems. */
import { relative } from "node:path";
import { orders } from "../claims/orders.js";
import type { SampleRow } from "../log/schemas.js";
import { formOf } from "../tasks/minipy-form.js";
import type { DecodeStudy } from "./decode-batch.js";
import { packageRoot } from "../host/package-root.js";
import type { Profile } from "./profile.js";
import { estimatorName, type HeldOutResult, type RlResult } from "../recipes/rl/rl-results.js";
import { orderOptions, studyOf } from "./studies.js";
import { checkpointFolder } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

/** The public decoder's order and the one without ties. */
const stepOrders = [orders[0], orders[orders.length - 1]];

/**
 * T 0.2 under every order; of coupled-GRPO alone also N, N/2 and N/4 steps under two, and several samples a problem at T 1.0. Seeds are those of the
 * RL runs: each has problems of its own, on which its model is compared with the one before.
 * @param results finished runs
 */
export function beforeAfterStudies(
  profile: Profile,
  results: readonly RlResult[],
): Record<"orders" | "steps" | "pass", DecodeStudy[]> {
  const seeds = [...new Set(results.map(run => run.seed))].sort((a, b) => a - b).slice(0, profile.rlSeeds);
  const { recipe } = results[0];
  const parent = checkpointFolder(recipe.from, recipe.parentSeed);
  const withParent = (runs: readonly RlResult[]) =>
    seeds.flatMap(seed => {
      const after = runs.filter(run => run.seed === seed);
      const folders = after.length === 0 ? [] : [parent, ...after.map(run => run.folder)];
      return folders.map(folder => ({ seed, checkpoint: portable(folder) }));
    });
  const over = (models: ReturnType<typeof withParent>, of: (checkpoint: string) => readonly DecodeStudy[]) =>
    models.flatMap(({ seed, checkpoint }) => of(checkpoint).map(study => ({ ...study, seed })));
  const every = withParent(results);
  const coupled = withParent(results.filter(({ estimator }) => estimator === "coupled"));
  const { stageProblems, stepProblems, passProblems, passSamples } = profile;
  return {
    orders: over(every, model =>
      orders.map(order => studyOf(model, "minipy", stageProblems, orderOptions(order))),
    ),
    steps: over(coupled, model =>
      stepOrders.flatMap(order =>
        [1, 2, 4].map(tokens =>
          studyOf(model, "minipy", stepProblems, {
            ...orderOptions(order),
            steps: completionLength / tokens,
          }),
        ),
      ),
    ),
    pass: over(coupled, model => [
      { ...studyOf(model, "minipy", passProblems, { temperature: 1 }), samplesPerProblem: passSamples },
    ]),
  };
}

/** Relative to the project, where cells run: the same study has the same name on every machine. */
export function portable(folder: string): string {
  const inside = relative(packageRoot, folder).split("\\").join("/");
  return inside.startsWith("..") ? folder : inside;
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

/** Held-out answers before the first and after the last step; the former are "before", whatever the estimator. */
export function endsOf(answers: readonly HeldOutResult[]): HeldOutResult[] {
  const last = Math.max(...answers.map(answer => answer.step));
  return answers
    .filter(({ step }) => step === 0 || step === last)
    .map(answer => ({ ...answer, estimator: answer.step === 0 ? "before" : answer.estimator }));
}
