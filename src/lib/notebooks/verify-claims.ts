/**
 * Every claim again, from the logs that are there and from nothing else: is it what figures/claims.json says, and was its
 * criterion fixed before its logs were made? Nothing is decoded; what a claim needs and is not there is said.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { outcomeWords, type Claim, type JudgedClaim } from "../claims/claim.js";
import { claims } from "../claims/chapters/index.js";
import { judge } from "../claims/judge.js";
import { causeOf, UserError } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { readLog } from "../log/log-reader.js";
import type { LogMetadata } from "../log/schemas.js";
import { historyHolds, type History } from "../runtime/source-history.js";
import { evidence, type Evidence } from "../study/evidence.js";
import { figuresFolder } from "../study/profile.js";
import { corrections, readClaims, rounded } from "./claims-store.js";

/** What was found of a claim. */
export interface Verified {
  readonly claim: Claim;
  /** null where its logs are not there */
  readonly judged: JudgedClaim | null;
  /** "confirmatory", or "exploratory: " and why, or what is missing */
  readonly ground: string;
  /** what must not be: a number that differs from the recorded one, a hash that the history lacks */
  readonly faults: readonly string[];
}

/** Every claim, chapter after chapter. */
export async function verifyClaims(history: History = historyHolds()): Promise<Verified[]> {
  const found = new Map<
    string,
    { readonly judged: JudgedClaim | null; readonly logs: readonly LogMetadata[]; readonly missing: string }
  >();
  for (const { claims: ids, of } of evidence) {
    const there = await shipped(of);
    const logs = there.evidence === null ? [] : metadataOf(there.evidence.sources);
    for (const id of ids) {
      const [judged = null] = there.evidence === null ? [] : judge([id], there.evidence.rows);
      found.set(id, { judged, logs, missing: there.missing });
    }
  }
  const judged = corrections([...found.values()].flatMap(one => (one.judged === null ? [] : [one.judged])));
  const recorded = readClaims(figuresFolder("full"));
  return claims.map(claim => {
    const { logs, missing } = found.get(claim.id) ?? { logs: [], missing: "no study makes its runs" };
    const own = judged.find(({ id }) => id === claim.id) ?? null;
    if (own === null) return { claim, judged: null, ground: `not shipped: ${missing}`, faults: [] };
    const before = recorded.find(({ id }) => id === claim.id);
    return {
      claim,
      judged: own,
      ...groundOf(claim, logs, history),
      faults: [...faultsOf(logs, history), ...differences(own, before)],
    };
  });
}

/** The rows of a claim's runs where all of them are there. */
async function shipped(
  of: (typeof evidence)[number]["of"],
): Promise<{ readonly evidence: Evidence | null; readonly missing: string }> {
  const makeNothing = AbortSignal.abort(new UserError("its logs are not there, or not whole"));
  try {
    return { evidence: await of(makeNothing), missing: "" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { evidence: null, missing: causeOf(error) };
  }
}

/** Of every log in the folders that rows were read from. */
function metadataOf(sources: readonly string[]): LogMetadata[] {
  return sources.flatMap(source =>
    readdirSync(fromRoot(source))
      .filter(name => name.endsWith(".arrow"))
      .map(name => readLog(join(fromRoot(source), name)).metadata),
  );
}

/** Whether the criterion stood, unchanged, when every log was made, by sources that can be looked up. */
export function groundOf(
  claim: Claim,
  logs: readonly LogMetadata[],
  { trees }: History,
): Pick<Verified, "ground"> {
  const lacking = (is: (log: LogMetadata) => boolean) => logs.filter(is).length;
  const reasons: readonly (readonly [number, string])[] = [
    [lacking(({ criteria }) => criteria === undefined), "made before criteria were hashed"],
    [
      lacking(({ criteria }) => criteria !== undefined && !criteria.includes(claim.fixed.hash)),
      `made under another criterion than the one fixed on ${claim.fixed.on}`,
    ],
    [lacking(({ sources }) => sources?.dirty === true), "made by sources that no commit holds"],
    [lacking(({ sources }) => sources?.tree === "unknown"), "made outside a checkout of the history"],
  ];
  const found = reasons.find(([count]) => count > 0);
  if (found === undefined && trees.size > 0) return { ground: "confirmatory" };
  const [count, why] = found ?? [logs.length, "there is no history to look them up in"];
  return { ground: `exploratory: ${count} of ${logs.length} logs ${why}` };
}

/** Hashes of logs that the history does not contain. */
export function faultsOf(logs: readonly LogMetadata[], { trees, hasCriterion }: History): string[] {
  const named = logs.flatMap(({ sources }) =>
    sources === undefined || sources.tree === "unknown" ? [] : [sources.tree],
  );
  const unknownTrees = [...new Set(named)].filter(tree => !trees.has(tree));
  const hashes = [...new Set(logs.flatMap(({ criteria = [] }) => criteria))];
  const unknownCriteria = hashes.filter(hash => !hasCriterion(hash));
  return [
    ...unknownTrees.map(tree => `a log names sources ${tree}, which no commit of this history has`),
    ...unknownCriteria.map(hash => `a log names a criterion ${hash}, which this history never had`),
  ];
}

/** What figures/claims.json says otherwise. Holm's correction depends on what else is there and is not compared. */
function differences(judged: JudgedClaim, recorded: JudgedClaim | undefined): string[] {
  if (recorded === undefined) return ["figures/claims.json lacks it"];
  const now = rounded(judged);
  const names = ["measured", "lower", "upper", "p", "seeds", "n", "verdict", "scope", "hash"] as const;
  return names
    .filter(name => !Object.is(now[name], recorded[name]))
    .map(name => `${name} is ${now[name]}, recorded ${recorded[name]}`);
}

/** One line a claim. */
export function verifiedInWords({ claim, judged, ground, faults }: Verified): string {
  if (judged === null) return `${claim.id}: ${ground}`;
  const verdict = [outcomeWords[judged.verdict], ...(judged.scope === "" ? [] : [judged.scope])].join(", ");
  const kind = claim.theorem ? "theorem check" : ground;
  return [`${claim.id}: ${verdict}; ${kind}`, ...faults.map(fault => `FAULT: ${fault}`)].join("; ");
}
