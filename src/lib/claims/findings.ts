/** One condition against its bound, and what several make of a claim. */
import { intervalOf, pOf, type Ends } from "../analysis/intervals.js";
import type { Claim, Condition, Outcome } from "./claim.js";
import { measured, type Measured } from "./contrasts.js";
import { fewestRuns, mattersFrom } from "./criterion.js";
import type { Measure } from "./measure.js";
import { measures } from "./measures.js";
import { byRun, type Row, type Where } from "./rows.js";

/** What rests on a condition under one order. */
export interface Finding extends Ends {
  readonly condition: Condition;
  readonly outcome: Outcome;
  /** of the test that the outcome rests on; NaN where nothing is estimated */
  readonly p: number;
  readonly found: Measured;
}

/** A condition against its bound; null where a side of it has no rows. */
export function findingOf(
  { crossed }: Pick<Claim, "crossed">,
  condition: Condition,
  rows: readonly Row[],
  scope: Where,
): Finding | null {
  const found = measured(rows, condition, { scope, crossed });
  if (found === null) return null;
  const level = 1 - 0.05 / (condition.together ?? 1);
  const ends = intervalOf(found, level);
  if ("always" in condition) {
    const outcome = alwaysHolds(condition, found) ? "holds" : "does-not-hold";
    return { condition, found, ...ends, outcome, p: NaN };
  }
  if (found.seeds < fewestRuns) return { condition, found, ...ends, outcome: "inconclusive", p: NaN };
  return { condition, found, ...ends, ...tested(condition, found, ends) };
}

/** Outcome of an estimate, and the p of the test that it rests on. */
function tested(
  condition: Condition,
  found: Measured,
  { lower, upper }: Ends,
): Pick<Finding, "outcome" | "p"> {
  if ("within" in condition || "outside" in condition) {
    const [low, high] = "within" in condition ? condition.within : condition.outside;
    const nearest = Math.abs(found.value - low) < Math.abs(found.value - high) ? low : high;
    const inside = lower >= low && upper <= high;
    const outside = upper < low || lower > high;
    const [yes, no] = "within" in condition ? [inside, outside] : [outside, inside];
    return { outcome: yes ? "holds" : no ? "does-not-hold" : "inconclusive", p: pOf(found, nearest) };
  }
  const bound = "above" in condition ? condition.above : "below" in condition ? condition.below : NaN;
  const matters = mattersFrom(condition);
  if (matters !== null) {
    const ends = intervalOf(found, 0.9); // two one-sided tests at 5%
    const p = Math.max(pOf(found, -matters), pOf(found, matters)) / 2;
    if (ends.lower > -matters && ends.upper < matters) return { outcome: "no-difference", p };
  }
  const [over, under] = [lower > bound, upper < bound];
  const [yes, no] = "above" in condition ? [over, under] : [under, over];
  return { outcome: yes ? "holds" : no ? "does-not-hold" : "inconclusive", p: pOf(found, bound) };
}

function alwaysHolds(condition: Condition, { sides: [rows] }: Measured): boolean {
  if (!("always" in condition)) return false;
  const measure: Measure = measures[condition.measure];
  const values = [...byRun(rows).values()]
    .flatMap(problems => [...problems.values()].map(samples => Number(measure.ofProblem(samples))))
    .filter(value => !Number.isNaN(value));
  const { always } = condition;
  return (
    values.length > 0 && values.every(value => ("is" in always ? value === always.is : value < always.below))
  );
}

/**
 * All must hold, one refutes; no difference where nothing is open and what does not hold is too small to
 * matter. The p is that of what decides: where some refute, the smallest of theirs times the number of
 * conditions; else the largest of what is open, of what is too small, or of all.
 * @param missing conditions that had no rows
 */
export function verdictOf(
  findings: readonly Finding[],
  missing = 0,
): { readonly verdict: Outcome; readonly p: number } {
  const of = (outcome: Outcome) => findings.filter(finding => finding.outcome === outcome);
  const ps = (list: readonly Finding[]) => list.map(({ p }) => p).filter(p => !Number.isNaN(p));
  const largest = (list: readonly Finding[]) => (ps(list).length === 0 ? NaN : Math.max(...ps(list)));
  const refuting = of("does-not-hold");
  if (refuting.length > 0) {
    const smallest = ps(refuting).length === 0 ? NaN : Math.min(...ps(refuting));
    return { verdict: "does-not-hold", p: Math.min(1, smallest * findings.length) };
  }
  for (const verdict of ["inconclusive", "no-difference"] as const)
    if (of(verdict).length > 0) return { verdict, p: largest(of(verdict)) };
  return missing > 0 ? { verdict: "inconclusive", p: NaN } : { verdict: "holds", p: largest(findings) };
}
