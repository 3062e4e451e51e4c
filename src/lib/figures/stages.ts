/** F4: AR-ness@1 of both kinds and scopes, and pass@1, a line per stage of training. */
import { intervalsFigure, type IntervalRow } from "./intervals.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** AR-ness of one stage under one order; `k` other than 1 is left out. */
export interface StageArnessRow extends MeasuredRow {
  readonly stage: string;
  readonly order: string;
  readonly scope: "window" | "eos";
  readonly kind: "local" | "global";
  readonly k: number;
}

/** pass@1 of one stage under one order. */
export interface StagePassRow extends MeasuredRow {
  readonly stage: string;
  readonly order: string;
  readonly suite: string;
}

const scopes = { eos: "to the end token", window: "whole window" } as const;

/**
 * DiffuCoder Fig. 4, with the order of decoding as colour. Rows of a stage stand where its first row stands.
 */
export function stagesFigure(
  arness: readonly StageArnessRow[],
  pass: readonly StagePassRow[],
  source: FigureSource,
): FigureSpec {
  const arnessDots = arness
    .filter(row => row.k === 1)
    .map(row => dot(row, `${row.kind} AR-ness@1, ${scopes[row.scope]}`));
  const panelOrder = (row: IntervalRow) => (row.panel.endsWith(scopes.eos) ? 0 : 1);
  const dots = [
    ...arnessDots.sort((a, b) => panelOrder(a) - panelOrder(b)),
    ...pass.map(row => dot(row, `pass@1, ${row.suite} tests`)),
  ];
  return intervalsFigure(dots, source, {
    name: "f4-stages",
    title: "AR-ness and pass@1 by stage of training",
    xTitle: "share",
    xRange: [-0.02, 1.02],
  });
}

function dot(
  row: MeasuredRow & { readonly stage: string; readonly order: string },
  panel: string,
): IntervalRow {
  return { ...row, panel, label: row.stage, series: row.order };
}
