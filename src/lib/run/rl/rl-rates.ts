/** Which learning rate is best for each mask estimator, by the runs of `f7-rates` on dev problems. */
import { join } from "node:path";
import { mean } from "../../analysis/bootstrap.js";
import { readLog } from "../../log/log-reader.js";
import { estimatorName, finishedFolder } from "./rl-results.js";
import { studyRuns } from "./rl-studies.js";
import { runSource } from "../runs-folder.js";

/** One finished run: what its last scores say of a rate. */
export interface RateRow {
  readonly estimator: string;
  readonly rate: number;
  /** mean reward (at most 2.5) on the dev problems after the last step, over both temperatures: what decides */
  readonly reward: number;
  /** at the temperature of the rollouts, and at T 0.2 */
  readonly warm: number;
  readonly cold: number;
  readonly problems: number;
  readonly steps: number;
  /** the highest reward of its estimator */
  readonly best: boolean;
  /** the rate of the estimator's recipe */
  readonly used: boolean;
  readonly source: string;
}

/** A row for each finished run, an estimator after the other, rates rising. */
export function ratesTried(): RateRow[] {
  const compared = studyRuns("f7-estimators").map(run => run.recipe);
  const rows = studyRuns("f7-rates").flatMap(({ recipe, folder }) => {
    const found = finishedFolder(folder);
    if (found === null) return [];
    const preset = recipe.name.replace(/-rate.*$/, "");
    const last = readLog(join(found, "heldout.arrow"), "heldout")
      .rows()
      .filter(row => row.step === recipe.steps);
    const at = (cold: boolean) => {
      const of = last.filter(row => (row.temperature === recipe.heldOut.temperature) === cold);
      return mean(of.map(row => row.reward));
    };
    return {
      ...{ estimator: estimatorName(preset), rate: recipe.rate.peak },
      ...{ warm: at(false), cold: at(true), reward: mean([at(false), at(true)]) },
      ...{ problems: recipe.heldOut.problems, steps: recipe.steps, source: runSource(found) },
      used: compared.some(used => used.name === preset && used.rate.peak === recipe.rate.peak),
    };
  });
  const best = (estimator: string) =>
    Math.max(...rows.filter(row => row.estimator === estimator).map(row => row.reward));
  return rows
    .map(row => ({ ...row, best: row.reward === best(row.estimator) }))
    .sort((a, b) => (a.estimator === b.estimator ? a.rate - b.rate : 0));
}

/** As Markdown, the best in bold; says which runs are missing. */
export function ratesMarkdown(rows: readonly RateRow[]): string {
  const missing = studyRuns("f7-rates").length - rows.length;
  const rest = `${missing} runs of f7-rates have not finished; npm run study -- f7-rates makes them.`;
  if (rows.length === 0) return `All estimators run at the recipe's rate: ${rest}`;
  const lines = rows.map(({ estimator, rate, reward, warm, cold, best, used }) => {
    const shown = best ? `**${reward.toFixed(3)}**` : reward.toFixed(3);
    return `| ${estimator} | ${rate} | ${shown} | ${warm.toFixed(3)} | ${cold.toFixed(3)} | ${used ? "yes" : ""} |`;
  });
  return [
    "| estimator | peak rate | mean reward | at the rollouts' temperature | at T 0.2 | used in F7 |",
    "|---|---|---|---|---|---|",
    ...lines,
    "",
    `${rows[0].problems} dev problems after ${rows[0].steps} steps, one RL seed a rate.${missing > 0 ? ` ${rest}` : ""}`,
  ].join("\n");
}
