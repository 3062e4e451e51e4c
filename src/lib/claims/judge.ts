/** The one engine: rows of logs against the rows of claims. */
import { UserError, unknownName } from "../core/errors.js";
import { claims } from "./chapters/index.js";
import type { Claim, JudgedClaim, Judgement } from "./claim.js";
import { criterionOf } from "./criterion.js";
import { detailOf, scopeOf } from "./detail.js";
import { findingOf, verdictOf, type Finding } from "./findings.js";
import { hashOf } from "./hash.js";
import { scopesOf } from "./orders.js";
import type { Row } from "./rows.js";
import { judgeDirections } from "./special/directions.js";

/**
 * Judge claims by their names, or rows of your own. What the rows cannot judge, for a side of its first
 * condition is not among them, is left out.
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
    `claims: the criterion of ${claim.id} is not the one fixed on ${claim.fixed.on}; write the day ` +
      `that it changed and its new hash, "${hash}", into its row.`,
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
  const { lower, upper, found } = shown;
  return {
    ...{ measured: found.value, lower, upper, seeds: found.seeds, n: found.n, verdict, p },
    scope: scopeOf(claim, scopes, shown),
    detail: detailOf(claim, rows, scopes, shown),
  };
}

function shownOf({ shown }: Claim, findings: readonly Finding[]): Finding {
  const differences = findings.filter(({ condition }) => !("always" in condition));
  if (shown !== "smallest") return differences[0] ?? findings[0];
  return differences.reduce((low, finding) => (finding.found.value < low.found.value ? finding : low));
}
