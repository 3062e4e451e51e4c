/** N8: orders side by side, and how the rewards of rollouts went while their order was learned. */
import { curvesFigure } from "../../figures/curves.js";
import { intervalsFigure } from "../../figures/intervals.js";
import type { CourseRow } from "../../figures/reward-curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "../../figures/spec.js";

export interface OrderRow extends MeasuredRow {
  /** order of unmasking */
  readonly label: string;
  readonly measure: "base" | "plus" | "global";
}

const panels = {
  base: "pass@1, base tests",
  plus: "pass@1, plus tests",
  global: "global AR-ness@1 to the end",
} as const;

export function learnedOrderFigure(rows: readonly OrderRow[], source: FigureSource): FigureSpec {
  return intervalsFigure(
    rows.map(row => ({ ...row, panel: panels[row.measure], series: "order" })),
    source,
    {
      name: "n8-learned-order",
      title: "Orders of unmasking in as many steps",
      xTitle: "share",
      columns: 3,
    },
  );
}

const courses = [
  { measure: "reward", title: "reward of the rollouts", yTitle: "reward" },
  { measure: "globalArness", title: "order of the rollouts", yTitle: "global AR-ness@1" },
  { measure: "gradNorm", title: "gradient before clipping", yTitle: "norm" },
] as const;

/** The steps' own log, a curve for true rewards and one for shuffled ones. */
export function orderCourseFigure(rows: readonly CourseRow[], source: FigureSource): FigureSpec {
  const curves = courses.flatMap(({ measure, title }) =>
    rows
      .filter(row => row.measure === measure)
      .map(row => ({ ...row, panel: title, series: row.estimator, x: row.step })),
  );
  return curvesFigure(curves, source, {
    name: "n8-training",
    title: "An order head learns, step by step",
    xTitle: "RL steps",
    yTitle: Object.fromEntries(courses.map(({ title, yTitle }) => [title, yTitle])),
  });
}
