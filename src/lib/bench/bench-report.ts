/** The bench's rows as the table that `npm run bench` prints. */
import { inColumns } from "../host/columns.js";
import type { BenchRow } from "./bench.js";
import { inPrecision } from "./bench-process.js";

const fullSpeed = "pytorch, MKL at full speed";
const bfloat16 = inPrecision(fullSpeed, "bfloat16");

/**
 * One line a measurement: wall and CPU seconds, the ratios to the peers, the share of the products' limit.
 */
export function benchTable(rows: readonly BenchRow[]): string {
  const header = [
    "size",
    "work",
    "mode",
    "median s",
    "CPU s",
    "x full speed",
    "x its bfloat16",
    "x wheel",
    "of limit",
    "peak GB",
  ];
  const lines = rows.map(row => [
    row.size,
    row.work,
    row.mode,
    row.median_s.toFixed(4),
    row.median_cpu_s.toFixed(4),
    ratio(rows, row, fullSpeed),
    ratio(rows, row, bfloat16),
    ratio(rows, row, "pytorch"),
    row.share_of_products === undefined ? "" : `${(100 * row.share_of_products).toFixed(0)}%`,
    row.peak_bytes === undefined ? "" : (row.peak_bytes / 1e9).toFixed(2),
  ]);
  return inColumns([header, ...lines]);
}

/** How many times as fast as the peer, wall time and in brackets CPU time; "" where there is no peer. */
function ratio(rows: readonly BenchRow[], row: BenchRow, mode: string): string {
  const peer = rows.find(r => r.size === row.size && r.work === row.work && r.mode === mode);
  if (peer === undefined || row.mode === mode) return "";
  const [wall, cpu] = [peer.median_s / row.median_s, peer.median_cpu_s / row.median_cpu_s];
  return `${wall.toFixed(2)} (${cpu.toFixed(2)})`;
}
