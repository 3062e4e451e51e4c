/** The study of ties: how often they decide, and what then differs between tie rules. */
import { curvesFigure, type CurveOptions } from "./curves.js";
import { intervalsFigure, type IntervalOptions } from "./intervals.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** Share of choosing steps decided by a tie, at one temperature and width of the nucleus. */
export interface TieShareRow extends MeasuredRow {
  readonly topP: number;
  readonly temperature: number;
}

/** Against temperature, a curve per top-p. */
export function tieShareFigure(
  rows: readonly TieShareRow[],
  source: FigureSource,
  options: Partial<CurveOptions> = {},
): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: "", series: `top-p ${row.topP}`, x: row.temperature }));
  return curvesFigure(curves, source, {
    name: "ties-share",
    title: "How often a tie decides which position is unmasked",
    xTitle: "temperature",
    yTitle: "share of choosing steps",
    columns: 1,
    spread: "bars",
    yRange: [-0.02, 1.02],
    ...options,
  });
}

/** A difference of AR-ness behind a finding, under one order of unmasking. */
export interface DirectionRow extends MeasuredRow {
  readonly finding: string;
  readonly kind: "local" | "global";
  readonly order: string;
}

/** The differences behind F3, F4 and F5L, a dot per order: right of 0 is as the paper says. */
export function directionsFigure(
  rows: readonly DirectionRow[],
  source: FigureSource,
  options: Partial<IntervalOptions> = {},
): FigureSpec {
  const dots = [...rows]
    .sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "local" ? -1 : 1))
    .map(row => ({ ...row, panel: `${row.kind} AR-ness@1`, label: row.finding, series: row.order }));
  return intervalsFigure(dots, source, {
    name: "ties-directions",
    title: "Differences of AR-ness under four orders",
    xTitle: "right of 0: as the paper says",
    zero: true,
    ...options,
  });
}
