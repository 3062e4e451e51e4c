/** N1: AR-ness@1 and pass@1 against the block length of semi-autoregressive decoding. */
import { curvesFigure } from "./curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "./spec.js";

/** One order at one block length; the longest block is the whole completion. */
export interface BlockRow extends MeasuredRow {
  readonly order: string;
  readonly block: number;
}

export interface BlockArnessRow extends BlockRow {
  readonly scope: "window" | "eos";
  readonly kind: "local" | "global";
  readonly k: number;
}

export interface BlockPassRow extends BlockRow {
  readonly suite: string;
}

/** AR-ness@1 up to the end token above, pass@1 below, a curve per order. */
export function blocksFigure(
  arness: readonly BlockArnessRow[],
  pass: readonly BlockPassRow[],
  source: FigureSource,
): FigureSpec {
  const curves = [
    ...arness
      .filter(row => row.k === 1 && row.scope === "eos")
      .map(row => ({ ...row, panel: `${row.kind} AR-ness@1` })),
    ...pass.map(row => ({ ...row, panel: `pass@1, ${row.suite} tests` })),
  ].map(row => ({ ...row, series: row.order, x: row.block }));
  return curvesFigure(curves, source, {
    name: "n1-blocks",
    title: "Decoding in blocks: order and correctness by block length",
    xTitle: "block length (tokens)",
    yTitle: "share",
    spread: "bars",
    xLog: true,
    yRange: [-0.02, 1.04],
    xWhole: true,
  });
}
