/**
 * Every claim again, from the logs that are there and from nothing else: is it what figures/claims.json says,
 * and was its criterion fixed before its logs were made? Nothing is decoded; what a claim needs and is not
 * there is said.
 */
import type { Claim, JudgedClaim } from "../claims/claim.js";
import { claims } from "../claims/chapters/index.js";
import { judge } from "../claims/judge.js";
import { verdictInWords } from "../claims/markdown.js";
import type { LogMetadata } from "../log/schemas.js";
import { historyHolds, type History } from "../runtime/source-history.js";
import { publishedFolder } from "../study/profile.js";
import { logsOf, metadataOf, rowsOf } from "./claim-logs.js";
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
export function verifyClaims(history: History = historyHolds()): Verified[] {
  const figures = [...new Set(claims.map(({ figure }) => figure))];
  const logs = new Map<string, readonly LogMetadata[]>();
  const judged = corrections(
    figures.flatMap(figure => {
      const runs = logsOf(figure);
      logs.set(figure, runs === null ? [] : metadataOf(runs));
      const own = claims.filter(claim => claim.figure === figure);
      return runs === null ? [] : own.flatMap(claim => judge([claim], rowsOf(claim, runs)));
    }),
  );
  const recorded = readClaims(publishedFolder);
  return claims.map(claim => {
    const made = logs.get(claim.figure) ?? [];
    const own = judged.find(({ id }) => id === claim.id) ?? null;
    if (own === null) return { claim, judged: null, ground: notShipped, faults: [] };
    const before = recorded.find(({ id }) => id === claim.id);
    const faults = [...faultsOf(made, history), ...differences(own, before)];
    return { claim, judged: own, ground: groundOf(claim, made, history), faults };
  });
}

const notShipped = "its logs are not shipped, or not whole; npm run reproduce -- --profile full makes them";

/** Whether the criterion stood, unchanged, when every log was made, by sources that can be looked up. */
export function groundOf(claim: Claim, logs: readonly LogMetadata[], { trees }: History): string {
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
  if (found === undefined && trees.size > 0) return "confirmatory";
  const [count, why] = found ?? [logs.length, "there is no history to look them up in"];
  return `exploratory: ${count} of ${logs.length} logs ${why}`;
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

/**
 * What figures/claims.json says otherwise. Holm's correction depends on what else is there and is not
 * compared.
 */
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
  return [
    `${claim.id}: ${verdictInWords(judged)}; ${ground}`,
    ...faults.map(fault => `FAULT: ${fault}`),
  ].join("; ");
}
