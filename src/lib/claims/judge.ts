/** The one engine: rows of logs against the rows of claims. */
import { intervalOf, pOf, type Ends } from "../analysis/intervals.js";
import { UserError, unknownName } from "../core/errors.js";
import { claims } from "./chapters/index.js";
import {
  estimateInWords,
  outcomeWords,
  type Claim,
  type Condition,
  type Contrast,
  type JudgedClaim,
  type Judgement,
  type Outcome,
} from "./claim.js";
import { costsInWords, measured, type Measured } from "./contrasts.js";
import { contrastInWords, criterionOf, fewestRuns, mattersFrom } from "./criterion.js";
import { hashOf } from "./hash.js";
import { measures, type Measure } from "./measures.js";
import { orders, orderName, scopeInWords, scopesOf } from "./orders.js";
import { byRun, columnOf, type Row } from "./rows.js";
import { judgeDirections } from "./special/directions.js";

/** What rests on a condition under one order. */
export interface Finding extends Ends {
  readonly condition: Condition;
  readonly outcome: Outcome;
  /** of the test that the outcome rests on; NaN where nothing is estimated */
  readonly p: number;
  readonly found: Measured;
}

/**
 * Judge claims by their names, or rows of your own. What the rows cannot judge, for a side of its first condition is not
 * among them, is left out.
 * @throws UserError for a name that no chapter has, or a criterion that is not the one that was fixed
 */
export function judge(names: readonly (string | Claim)[], rows: readonly Row[]): JudgedClaim[] {
  return names.flatMap(name => {
    const claim = typeof name === "string" ? claimOf(name) : name;
    checkFixed(claim);
    const found = claim.special === "directions" ? judgeDirections(rows) : judgeOne(claim, rows);
    return found === null ? [] : [judgedOf(claim, found)];
  });
}

export function claimOf(id: string): Claim {
  const found = claims.find(claim => claim.id === id);
  if (found === undefined)
    throw unknownName(
      "claims",
      "claim",
      id,
      claims.map(claim => claim.id),
    );
  return found;
}

function checkFixed(claim: Claim): void {
  const hash = hashOf(claim);
  if (hash === claim.fixed.hash) return;
  throw new UserError(
    `claims: the criterion of ${claim.id} is not the one fixed on ${claim.fixed.on}; write the day that it changed and its new hash, "${hash}", into its row.`,
  );
}

function judgedOf(claim: Claim, judgement: Judgement): JudgedClaim {
  const { id, chapter, figure, statement, citation, published, theorem = false, note } = claim;
  return {
    ...{ id, chapter, figure, statement, citation, published },
    criterion: criterionOf(claim),
    hash: hashOf(claim),
    fixed: claim.fixed.on,
    theorem,
    seedsAre: claim.seedsAre ?? "training seed",
    ...judgement,
    p: theorem ? NaN : judgement.p,
    pHolm: NaN,
    detail: [judgement.detail, ...(note === undefined ? [] : [note])].join(" "),
  };
}

function judgeOne(claim: Claim, rows: readonly Row[]): Judgement | null {
  const scopes = scopesOf(claim.under).flatMap(({ name, where }) => {
    const findings = claim.conditions.map(condition => findingOf(claim, condition, rows, where));
    if (findings[0] === null) return [];
    const there = findings.filter(finding => finding !== null);
    return [{ name, findings: there, ...verdictOf(there, findings.length - there.length) }];
  });
  if (scopes.length === 0) return null;
  const [{ findings, verdict, p }] = scopes;
  const shown = shownOf(claim, findings);
  const others = scopes
    .slice(1)
    .map(scope => `Under ${scope.name}: ${outcomeWords[scope.verdict]}, ${inWords(scope.findings)}.`);
  const detail = [
    ...(findings.length > 1 ? [`Measured: ${label(shown.condition)}.`] : []),
    `${inWords(findings)}.`,
    `By ${claim.seedsAre ?? "training seed"} ${shown.found.byRun.map(x => x.toFixed(3)).join(", ")}.`,
    ...others,
    ...besideInWords(claim, rows, scopesOf(claim.under)[0].where),
  ];
  const { value, seeds, n } = shown.found;
  const scope = claim.under === undefined ? onlyOrder(shown.found) : scopeInWords(scopes);
  return {
    measured: value,
    lower: shown.lower,
    upper: shown.upper,
    seeds,
    n,
    verdict,
    scope,
    p,
    detail: detail.join(" "),
  };
}

/** The one order that decoded the rows of a claim which names none. */
function onlyOrder({ sides }: Measured): string {
  const found = new Set(
    sides.flat().flatMap(row => {
      const [remasking, tieRule] = [columnOf(row, "remasking"), columnOf(row, "tieRule")];
      if (typeof remasking !== "string" || typeof tieRule !== "string") return [];
      return [orderName({ remasking, tieRule })];
    }),
  );
  const [name] = found;
  return found.size === 1 && orders.map(orderName).includes(name)
    ? `under ${name}, the only order tried`
    : "";
}

function shownOf({ shown }: Claim, findings: readonly Finding[]): Finding {
  const differences = findings.filter(({ condition }) => !("always" in condition));
  if (shown !== "smallest") return differences[0] ?? findings[0];
  return differences.reduce((low, finding) => (finding.found.value < low.found.value ? finding : low));
}

/** A condition against its bound; null where a side of it has no rows. */
export function findingOf(
  { crossed }: Pick<Claim, "crossed">,
  condition: Condition,
  rows: readonly Row[],
  scope: Readonly<Record<string, string>> | object,
): Finding | null {
  const found = measured(rows, condition, { scope: scope as Readonly<Record<string, string>>, crossed });
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
 * All must hold, one refutes; no difference where nothing is open and what does not hold is too small to matter. The p is
 * that of what decides: where some refute, the smallest of theirs times the number of conditions; else the largest of what
 * is open, of what is too small, or of all.
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

function inWords(findings: readonly Finding[]): string {
  return findings
    .map(({ condition, found, lower, upper }) => {
      const value = estimateInWords({ mean: found.value, lower, upper });
      return `${label(condition)} ${value}${costsInWords(found)}`;
    })
    .join("; ");
}

/** What is reported and does not decide. */
function besideInWords({ beside = [], crossed }: Claim, rows: readonly Row[], scope: object): string[] {
  const found = beside.flatMap((contrast: Contrast) => {
    const value = measured(rows, contrast, { scope: scope as Readonly<Record<string, string>>, crossed });
    if (value === null) return [];
    return [
      `${contrastInWords(contrast)} ${estimateInWords({ mean: value.value, ...intervalOf(value) })}${costsInWords(value)}`,
    ];
  });
  return found.length === 0 ? [] : [`Not decisive: ${found.join("; ")}.`];
}

function label(condition: Condition): string {
  return contrastInWords(condition);
}
