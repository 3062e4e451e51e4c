/** How much memory this process has taken at most, in words. */

/**
 * "2.54 GB, 1.287 times the weights": the largest resident size
 * so far, shared libraries included, as time -v reports it.
 */
export function peakInWords(weightBytes: number): string {
  const peak = process.resourceUsage().maxRSS * 1024;
  // Beside a small model the program itself is what takes memory: a ratio would say nothing.
  const ratio = weightBytes < 1e8 ? "" : `, ${(peak / weightBytes).toFixed(3)} times the weights`;
  return `${gigabytes(peak)}${ratio}`;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 2)} GB`;
}
