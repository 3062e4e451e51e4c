/** How much memory this process has taken at most. */
import { readFileSync } from "node:fs";

export interface PeakMemory {
  /** largest resident size so far, as time -v reports it */
  readonly bytes: number;
  /** of these, pages of program files (TensorFlow's library above all): shared, and dropped when memory runs short; 0 where unknown */
  readonly programBytes: number;
}

export function peakMemory(): PeakMemory {
  return { bytes: process.resourceUsage().maxRSS * 1024, programBytes: programBytes() };
}

/** Linux only. */
function programBytes(): number {
  try {
    const kilobytes = /^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** "2.64 GB, 1.34 times the weights (1.18 without 0.31 GB of program files)"; no ratio beside small weights, where it says nothing. */
export function peakInWords({ bytes, programBytes: files }: PeakMemory, weightBytes: number): string {
  if (weightBytes < 1e8) return gigabytes(bytes);
  const ratio = (n: number) => (n / weightBytes).toFixed(2);
  const own = files === 0 ? "" : ` (${ratio(bytes - files)} without ${gigabytes(files)} of program files)`;
  return `${gigabytes(bytes)}, ${ratio(bytes)} times the weights${own}`;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 2)} GB`;
}
