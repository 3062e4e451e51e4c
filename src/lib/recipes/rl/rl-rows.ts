/** What a run of reinforcement learning logs: a row a step, and a row a held-out problem. */
import { globalArness, localArness, orderUpTo } from "../../analysis/ar-ness.js";
import { mean, standardDeviation } from "../../analysis/bootstrap.js";
import type { Trajectory } from "../../core/records.js";
import type { HeldOutRow, RlRow } from "../../log/schemas.js";
import type { RlRecord } from "../../rl/rl-loop.js";
import { formOf } from "../../tasks/minipy-form.js";
import type { Answer } from "./rl-answers.js";
import type { RolloutRecipe } from "./rl-recipes.js";

/** @param seconds wall clock of the step, without held-out scores and checkpoints */
export function rlRow(
  run: string,
  recipe: Pick<RolloutRecipe, "groupSize">,
  record: RlRecord<Answer, unknown>,
  seconds: number,
): RlRow {
  const { step, trajectories, rewarded, advantages, statistics } = record;
  const totals = rewarded.map(answer => answer.total);
  const arness = trajectories.map((t, i) => arnessToEnd(t, rewarded[i].end));
  const written = rewarded.map(answer => formOf(answer.text));
  const share = (form: string) => mean(written.map(w => Number(w === form)));
  return {
    run,
    step,
    rollouts: trajectories.length,
    reward: mean(totals),
    rewardSd: standardDeviation(totals),
    format: mean(rewarded.map(answer => answer.format)),
    code: mean(rewarded.map(answer => answer.code)),
    advantageSd: standardDeviation(advantages),
    equalGroups: equalGroups(totals, recipe.groupSize),
    loss: record.loss,
    lr: record.rate,
    gradNorm: record.gradNorm,
    ...statistics,
    clipFraction: statistics.clipLow + statistics.clipHigh,
    entropy: mean(trajectories.flatMap((t, i) => Array.from(t.entropy.subarray(0, rewarded[i].end + 1)))),
    localArness: mean(arness.map(a => a.local).filter(Number.isFinite)),
    globalArness: mean(arness.map(a => a.global).filter(Number.isFinite)),
    tieShare: sum(trajectories.map(t => t.tieSteps)) / sum(trajectories.map(t => t.choiceSteps)),
    completionLength: mean(rewarded.map(answer => answer.end)),
    ended: mean(trajectories.map((t, i) => Number(rewarded[i].end < t.completionIds.length))),
    loops: share("loop"),
    comprehensions: share("comprehension"),
    staged: share("staged"),
    formKept: mean(written.map((w, i) => Number(w === rewarded[i].problem.form))),
    seconds,
  };
}

/** @param step steps done before */
export function heldOutRow(run: string, step: number, answer: Answer, trajectory: Trajectory): HeldOutRow {
  const { local, global } = arnessToEnd(trajectory, answer.end);
  return {
    run,
    step,
    problem: answer.problem.id,
    form: answer.problem.form,
    formWritten: formOf(answer.text),
    temperature: answer.temperature,
    reward: answer.total,
    format: answer.format,
    code: answer.code,
    passedBase: answer.passedBase,
    passedPlus: answer.passedPlus === true,
    completionLength: answer.end,
    localArness: local,
    globalArness: global,
  };
}

/** AR-ness@1 of the tokens before the end token; NaN without any. */
function arnessToEnd(
  trajectory: Trajectory,
  end: number,
): { readonly local: number; readonly global: number } {
  const order = orderUpTo(Array.from(trajectory.order), end);
  return { local: localArness(order, 1), global: globalArness(order, 1) };
}

/** Share of groups whose rewards are all the same. */
function equalGroups(totals: readonly number[], groupSize: number): number {
  const groups = Array.from({ length: totals.length / groupSize }, (_, g) =>
    totals.slice(g * groupSize, (g + 1) * groupSize),
  );
  return mean(groups.map(group => Number(group.every(total => total === group[0]))));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
