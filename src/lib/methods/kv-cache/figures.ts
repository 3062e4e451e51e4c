/** N3: how far cached logits lie from exact ones, by block length and by the age of what is cached. */
import { curvesFigure } from "../../figures/curves.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "../../figures/spec.js";

export interface CacheErrorPoint extends MeasuredRow {
  readonly cache: string;
  readonly block: number;
  readonly measure: "divergence" | "changed";
}

export interface CachePassPoint extends MeasuredRow {
  readonly cache: string;
  readonly block: number;
  /** within the block, from 0 */
  readonly pass: number;
}

const panels = {
  divergence: "mean KL(exact || cached), nats",
  changed: "positions with another most probable token",
} as const;

/** Both measures against the block length, a curve per cache. */
export function cacheErrorsFigure(rows: readonly CacheErrorPoint[], source: FigureSource): FigureSpec {
  const curves = rows.map(row => ({
    ...row,
    panel: panels[row.measure],
    series: `${row.cache} cache`,
    x: row.block,
  }));
  return curvesFigure(curves, source, {
    name: "n3-cache",
    title: "Block-wise caches: how far logits are from exact ones",
    xTitle: "block length (tokens)",
    yTitle: { [panels.divergence]: "nats", [panels.changed]: "share" },
    spread: "bars",
    xLog: true,
    xWhole: true,
  });
}

/**
 * KL against the number of passes since everything was fresh, a curve per cache, a panel per block length.
 */
export function cachePassesFigure(rows: readonly CachePassPoint[], source: FigureSource): FigureSpec {
  const curves = rows.map(row => ({
    ...row,
    panel: `blocks of ${row.block}`,
    series: `${row.cache} cache`,
    x: row.pass,
  }));
  return curvesFigure(curves, source, {
    name: "n3-passes",
    title: "Block-wise caches: distance by pass within a block",
    xTitle: "pass within the block, from 0",
    yTitle: "mean KL(exact || cached), nats",
  });
}
