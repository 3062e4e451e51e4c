/** Which learning rate is best for each recipe that F7 compares, by runs on dev problems. */
import { join } from "node:path";
import { mean } from "../../analysis/bootstrap.js";
import { readLog } from "../../log/log-reader.js";
import { finishedFolder } from "../stages/run-folder.js";
import { estimatorName } from "./rl-results.js";
import { studyRuns, type RlStudyRun } from "./rl-studies.js";
import { runSource } from "../../host/runs-folder.js";

/** One finished run: what its last scores say of a rate. */
export interface RateRow {
  readonly estimator: string;
  readonly rate: number;
  /**
   * mean reward (at most 2.5) on the dev problems after the last step, over both temperatures: what decides
   */
  readonly reward: number;
  /** at the temperature of the rollouts, and at T 0.2 */
  readonly warm: number;
  readonly cold: number;
  readonly problems: number;
  readonly steps: number;
  /** the highest reward of its recipe */
  readonly best: boolean;
  /** the rate that the compared runs have */
  readonly used: boolean;
  readonly source: string;
}

/** Studies that choose rates, and those whose recipes they choose them for. */
const chosenFor = {
  "f7-rates": ["f7-estimators"],
  "f7-ablation-rates": ["f7-temperature", "mu", "loo", "kl"],
} as const;
export type RatesStudy = keyof typeof chosenFor;

/** A row for each finished run of a study of rates, a recipe after the other, rates rising. */
export function ratesTried(study: RatesStudy = "f7-rates"): RateRow[] {
  const compared = chosenFor[study].flatMap(name => studyRuns(name)).map(run => run.recipe);
  const rows = studyRuns(study).flatMap(({ recipe, folder }) => {
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
      used: compared.some(used => trainsWith(used) === trainsWith(recipe)),
    };
  });
  const best = (estimator: string) =>
    Math.max(...rows.filter(row => row.estimator === estimator).map(row => row.reward));
  return rows
    .map(row => ({ ...row, best: row.reward === best(row.estimator) }))
    .sort((a, b) => (a.estimator === b.estimator ? a.rate - b.rate : 0));
}

/** What a recipe trains with, however it is named, long and scored. */
function trainsWith(recipe: RlStudyRun["recipe"]): string {
  return JSON.stringify({ ...recipe, name: "", steps: 0, heldOut: null });
}

/** The rates of a study as Markdown, the best in bold; says which runs are missing. */
export function ratesMarkdown(study: RatesStudy = "f7-rates"): string {
  const rows = ratesTried(study);
  const missing = studyRuns(study).length - rows.length;
  const rest = `${missing} runs of ${study} have not finished; npm run study -- ${study} makes them.`;
  if (rows.length === 0) return `All have the recipe's rate: ${rest}`;
  const lines = rows.map(({ estimator, rate, reward, warm, cold, best, used }) => {
    const shown = best ? `**${reward.toFixed(3)}**` : reward.toFixed(3);
    return (
      `| ${estimator} | ${rate} | ${shown} | ${warm.toFixed(3)} | ${cold.toFixed(3)} | ` +
      `${used ? "yes" : ""} |`
    );
  });
  return [
    "| recipe | peak rate | mean reward | at the rollouts' temperature | at T 0.2 | used in F7 |",
    "|---|---|---|---|---|---|",
    ...lines,
    "",
    `${rows[0].problems} dev problems after ${rows[0].steps} steps, one RL seed a ` +
      `rate.${missing > 0 ? ` ${rest}` : ""}`,
  ].join("\n");
}
