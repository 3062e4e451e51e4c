/** Table 2 of the paper beside ours: pass@1 before and after reinforcement learning. */

/**
 * HumanEval, HumanEval+, MBPP, MBPP+ in percent, DiffuCoder Table 2 and §5; data of the paper, not of ours.
 */
const publishedTable2: Readonly<Record<string, readonly number[]>> = {
  before: [72.0, 65.2, 75.1, 61.9],
  coupled: [73.2, 68.3, 78.6, 67.5],
  "full-mask": [66.5, 59.1, 77.0, 65.1],
  "de-coupled": [68.9, 62.8, 78.3, 66.4],
};

/** pass@1 of one model on one kind of tests, a fraction. */
export interface Table2Row {
  readonly estimator: string;
  readonly suite: string;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  readonly n: number;
  readonly seeds: number;
}

/** As Markdown, in the order of the rows; what is not ours is marked as published. */
export function table2Markdown(rows: readonly Table2Row[]): string {
  const estimators = [...new Set(rows.map(row => row.estimator))];
  const cell = (estimator: string, suite: string) => {
    const row = rows.find(r => r.estimator === estimator && r.suite === suite);
    return row === undefined ? "-" : `${percent(row.mean)} [${percent(row.lower)}, ${percent(row.upper)}]`;
  };
  const lines = estimators.map(estimator => {
    const { n, seeds } = rows.find(r => r.estimator === estimator) as Table2Row;
    const published = publishedTable2[estimator]?.map(x => x.toFixed(1)).join(" / ") ?? "-";
    return (
      `| ${estimator} | ${cell(estimator, "base")} | ${cell(estimator, "plus")} | ${n} problems, ` +
      `${seeds} RL seed${seeds === 1 ? "" : "s"} | ${published} |`
    );
  });
  return [
    "| model | ours, base tests | ours, plus tests | size | published: HumanEval / HumanEval+ / MBPP " +
      "/ MBPP+ |",
    "|---|---|---|---|---|",
    ...lines,
    "",
    "pass@1 in percent at T 0.2, public order, one token a step. Published numbers are of a model of " +
      "7B parameters on other problems: only directions compare.",
  ].join("\n");
}

function percent(x: number): string {
  return (100 * x).toFixed(1);
}
