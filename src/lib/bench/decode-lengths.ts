/**
 * How decoding grows with length: the time of one decoding at several lengths against the multiplications
 * that it takes. One token a step is as many passes as tokens, each over all of them, so the count grows
 * with the square of the length and, in attention, with its cube.
 */
import { roundedUp } from "../decode/seats.js";
import { inColumns } from "../host/columns.js";
import { BenchProcess, ours, type Timing } from "./bench-process.js";
import { rowOf, type BenchRow } from "./bench.js";
import { benchSizes, growth, type BenchSize } from "./bench-sizes.js";

/** S at half, once and twice its length; half of each is the prompt. */
const lengths: Readonly<Record<string, BenchSize>> = {
  "S, length 48": growth["S, length 48"],
  "S, length 96": benchSizes.S,
  "S, length 192": growth["S, length 192"],
};

export interface Multiplications {
  /** by weights: projections, feed-forward, head */
  readonly linear: number;
  /** of queries with keys, and of their weights with values */
  readonly attention: number;
}

/**
 * Multiplications of one decoding, one token a step, in a model whose last layer computes queries and what
 * follows them for the rows that are read alone.
 */
export function decodeMultiplications(size: BenchSize): Multiplications {
  const { width: d, hidden: f, layers, vocabulary, batch, length: t, prompt } = size;
  const completion = size.length - prompt;
  let [linear, attention] = [0, 0];
  for (let masked = completion; masked > 0; masked--) {
    const read = roundedUp(masked, completion, [4, 2, 1]);
    linear += (layers - 1) * t * (4 * d * d + 3 * d * f);
    linear += 2 * t * d * d + read * (2 * d * d + 3 * d * f + d * vocabulary);
    attention += ((layers - 1) * t + read) * 2 * t * d;
  }
  return { linear: batch * linear, attention: batch * attention };
}

/** One decoding of every length in turn, round after round. */
export async function benchLengths(rounds: number, say: (line: string) => void): Promise<BenchRow[]> {
  const process = new BenchProcess(ours("graph"));
  const timings = Object.keys(lengths).map((): Timing[] => []);
  try {
    for (let round = -1; round < rounds; round++) {
      say(round < 0 ? "recording" : `round ${round + 1} of ${rounds}`);
      for (const [i, size] of Object.values(lengths).entries()) {
        const timing = await process.run("decode", size);
        if (round >= 0) timings[i].push(timing);
      }
    }
  } finally {
    process.stop();
  }
  return Object.keys(lengths).map((name, i) => rowOf(name, "decode", "graph", timings[i]));
}

/** A line a length: seconds, multiplications, their quotient, and both against the length before. */
export function lengthTable(rows: readonly BenchRow[]): string {
  const header = [
    "size",
    "seconds",
    "CPU s",
    "10^9 mult.",
    "attention",
    "CPU s per 10^12",
    "x mult.",
    "x CPU s",
  ];
  const measured = rows.map(row => {
    const { linear, attention } = decodeMultiplications(lengths[row.size]);
    return { ...row, count: linear + attention, attention };
  });
  const lines = measured.map((row, i) => {
    const before = i === 0 ? undefined : measured[i - 1];
    return [
      row.size,
      row.median_s.toFixed(2),
      row.median_cpu_s.toFixed(2),
      (row.count / 1e9).toFixed(1),
      `${((100 * row.attention) / row.count).toFixed(0)}%`,
      ((1e12 * row.median_cpu_s) / row.count).toFixed(1),
      before === undefined ? "" : (row.count / before.count).toFixed(2),
      before === undefined ? "" : (row.median_cpu_s / before.median_cpu_s).toFixed(2),
    ];
  });
  return inColumns([header, ...lines]);
}
