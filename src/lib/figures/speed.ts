/** What `npm run bench` measured: how many times as fast as a peer, and how the time grows with the size. */
import { intervalsFigure, type IntervalRow } from "./intervals.js";
import type { FigureSource, FigureSpec } from "./spec.js";

/** One measurement: seconds of every run of a piece of work in one mode. */
export interface SpeedRow {
  readonly size: string;
  readonly work: string;
  readonly mode: string;
  readonly runs_s: readonly number[];
}

/**
 * Ratios peer / `mode` of runs made in the same round: median,
 * and the quartiles as the interval. Above 1 is faster.
 * @param peers modes to compare with, one series each
 */
export function speedupRows(
  rows: readonly SpeedRow[],
  mode: string,
  peers: readonly string[],
): IntervalRow[] {
  return peers.flatMap(peer =>
    rows
      .filter(row => row.mode === mode)
      .flatMap(own => {
        const other = rows.find(r => r.mode === peer && r.work === own.work && r.size === own.size);
        if (other === undefined) return [];
        const ratios = own.runs_s.map((seconds, i) => other.runs_s[i] / seconds);
        return [{ panel: `size ${own.size}`, label: own.work, series: peer, ...spreadOf(ratios) }];
      }),
  );
}

/** Seconds of each changed size over the median of `base`, a panel per work. */
export function growthRows(rows: readonly SpeedRow[], mode: string, base: string): IntervalRow[] {
  return rows
    .filter(row => row.mode === mode && row.size.startsWith(`${base}, `))
    .flatMap(row => {
      const start = rows.find(r => r.mode === mode && r.work === row.work && r.size === base);
      if (start === undefined) return [];
      const unit = spreadOf(start.runs_s).mean;
      const times = row.runs_s.map(seconds => seconds / unit);
      const label = row.size.slice(base.length + 2);
      return [{ panel: row.work, label, series: "time over that of S", ...spreadOf(times) }];
    });
}

export function speedupFigure(rows: readonly IntervalRow[], source: FigureSource): FigureSpec {
  return intervalsFigure(rows, source, {
    name: "speed",
    title: "How many times as fast as its peers",
    xTitle: "time of the peer / our time",
  });
}

export function growthFigure(rows: readonly IntervalRow[], source: FigureSource): FigureSpec {
  return intervalsFigure(rows, source, {
    name: "speed-growth",
    title: "How the time grows with batch, length and width",
    xTitle: "time / time of S (batch 64, length 96, width 128)",
  });
}

/** Median and quartiles of a few runs. */
function spreadOf(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const [low, part] = [Math.floor(share * (sorted.length - 1)), (share * (sorted.length - 1)) % 1];
    return sorted[low] + part * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
  };
  return { mean: at(0.5), lower: at(0.25), upper: at(0.75), n: values.length, seeds: 1 };
}
