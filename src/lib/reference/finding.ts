/** What one comparison with the reference found, and how differences are measured. */

export interface Finding {
  /** file and case, e.g. "dream-tiny/expected_generate single/entropy/steps16" */
  readonly name: string;
  /** what was compared, with its size */
  readonly quantity: string;
  /**
   * largest difference, in the tolerance's unit; for decisions how many differ; NaN when a value is no number
   */
  readonly difference: number;
  readonly tolerance: Tolerance;
}

/** A case that holds nothing to compare, and why: said, not counted. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface Tolerance {
  readonly limit: number;
  /** what the difference is relative to */
  readonly unit: "absolute" | "relative" | "of the largest entry" | "identical";
}

/** Asked for by the README of the reference data. */
export const tolerances = {
  identical: { limit: 0, unit: "identical" },
  logits: { limit: 2e-4, unit: "absolute" },
  /** of 30 layers and logits up to 38 */
  realLogits: { limit: 2e-3, unit: "absolute" },
  confidences: { limit: 5e-5, unit: "absolute" },
  loss: { limit: 1e-5, unit: "relative" },
  parameterGradient: { limit: 1e-3, unit: "of the largest entry" },
  perTokenLogps: { limit: 2e-5, unit: "absolute" },
  /** of an exponential of log-probabilities: their own tolerance, relative */
  ratios: { limit: 2e-5, unit: "relative" },
  grpoLoss: { limit: 1e-5, unit: "absolute" },
  logitGradient: { limit: 1e-5, unit: "of the largest entry" },
  /** where multiplying and subtracting may come in either order */
  dequantised: { limit: 1e-6, unit: "of the largest entry" },
  passAtK: { limit: 1e-12, unit: "absolute" },
  /** float32 results of a handful of operations on numbers near 1 */
  float32: { limit: 1e-6, unit: "relative" },
} as const satisfies Readonly<Record<string, Tolerance>>;

export function holds({ difference, tolerance }: Finding): boolean {
  return difference <= tolerance.limit; // false for NaN
}

/** One line: verdict, case, what was compared, difference and tolerance. */
export function lineOf(finding: Finding): string {
  const { name, quantity } = finding;
  return `${holds(finding) ? "ok  " : "FAIL"}  ${name}  ${quantity}: ${inWords(finding)}`;
}

function inWords({
  difference,
  tolerance: { limit, unit },
}: Pick<Finding, "difference" | "tolerance">): string {
  if (unit !== "identical")
    return `${difference.toExponential(1)}, at most ${limit.toExponential(0)} ${unit}`;
  return difference === 0 ? "identical" : `${difference} differ, none may`;
}

/** The largest difference of each topic and tolerance, one line each: what the README's table is made of. */
export function summaryLines(findings: readonly (Finding & { readonly topic: string })[]): string[] {
  const groups = new Map<string, (Finding & { readonly topic: string })[]>();
  for (const f of findings) {
    const key = JSON.stringify([f.topic, f.tolerance]);
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }
  return [...groups.values()].map(group => {
    const { topic, tolerance } = group[0];
    const difference = group.reduce((worst, f) => (f.difference <= worst ? worst : f.difference), 0);
    return `${topic} (${group.length}): ${inWords({ difference, tolerance })}`;
  });
}

type Numbers = ArrayLike<number>;

/** Largest |a - b|. NaN when the lengths differ or a value is NaN. */
export function largestDifference(ours: Numbers, reference: Numbers): number {
  return largest(ours, reference, () => 1);
}

/** Largest |a - b| / max(1, |b|): relative for large values, absolute for small ones. */
export function largestRelative(ours: Numbers, reference: Numbers): number {
  return largest(ours, reference, b => Math.max(1, Math.abs(b)));
}

/** Largest |a - b| / |b|, for values away from 0. */
export function strictlyRelative(ours: number, reference: number): number {
  return Math.abs(ours - reference) / Math.abs(reference);
}

/** Largest |a - b| over the largest |b| of all. */
export function differenceOfLargest(ours: Numbers, reference: Numbers): number {
  const scale = Math.max(...chunksOf(reference).map(chunk => Math.max(...chunk.map(Math.abs))));
  return largestDifference(ours, reference) / (scale === 0 ? 1 : scale);
}

/** How many entries differ; lengths that differ count too. */
export function countDifferent(ours: ArrayLike<unknown>, reference: ArrayLike<unknown>): number {
  const common = Math.min(ours.length, reference.length);
  let count = Math.max(ours.length, reference.length) - common;
  for (let i = 0; i < common; i++) if (!Object.is(plain(ours[i]), plain(reference[i]))) count++;
  return count;
}

/** -0 and 0 are the same decision. */
function plain(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

function largest(ours: Numbers, reference: Numbers, scaleOf: (reference: number) => number): number {
  if (ours.length !== reference.length) return NaN;
  let worst = 0;
  for (let i = 0; i < ours.length; i++) {
    const gap = Math.abs(ours[i] - reference[i]) / scaleOf(reference[i]);
    if (!(gap <= worst)) worst = gap;
    if (Number.isNaN(worst)) return NaN;
  }
  return worst;
}

/** Pieces that fit into an argument list. */
function chunksOf(values: Numbers): number[][] {
  const all = Array.from(values);
  return Array.from({ length: Math.ceil(all.length / 4096) }, (_, i) => all.slice(i * 4096, (i + 1) * 4096));
}
