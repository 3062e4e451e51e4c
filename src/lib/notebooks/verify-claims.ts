/**
 * Every claim again, from the logs that are there and from nothing else: is it what figures/claims.json says,
 * and was its criterion fixed before its logs were made? Nothing is decoded; what a claim needs and is not
 * there is said.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Claim, JudgedClaim } from "../claims/claim.js";
import { claims } from "../claims/chapters/index.js";
import { judge } from "../claims/judge.js";
import { verdictInWords } from "../claims/markdown.js";
import type { Row } from "../claims/rows.js";
import { UserError } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { readLog } from "../log/log-reader.js";
import type { LogMetadata } from "../log/schemas.js";
import { historyHolds, type History } from "../runtime/source-history.js";
import { evidence, type Making } from "../study/evidence.js";
import { publishedFolder } from "../study/profile.js";
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

/** What is there for the claims of a figure. */
interface Shipped {
  /** null where it is not all there */
  readonly rows: readonly Row[] | null;
  readonly logs: readonly LogMetadata[];
}

/** Every claim, chapter after chapter. */
export async function verifyClaims(history: History = historyHolds()): Promise<Verified[]> {
  const there = new Map<string, Shipped>();
  for (const { figure } of claims) if (!there.has(figure)) there.set(figure, await shipped(evidence[figure]));
  const of = ({ figure }: Claim) => there.get(figure) as Shipped;
  const judged = corrections(claims.flatMap(claim => judge([claim], of(claim).rows ?? [])));
  const recorded = readClaims(publishedFolder);
  return claims.map(claim => {
    const { logs } = of(claim);
    const own = judged.find(({ id }) => id === claim.id) ?? null;
    if (own === null) return { claim, judged: null, ground: notShipped, faults: [] };
    const before = recorded.find(({ id }) => id === claim.id);
    const faults = [...faultsOf(logs, history), ...differences(own, before)];
    return { claim, judged: own, ground: groundOf(claim, logs, history), faults };
  });
}

const notShipped = "its logs are not shipped, or not whole; npm run reproduce -- --profile full makes them";

/** The rows of a figure where all its runs are there: an aborted signal lets none be made. */
async function shipped(of: Making): Promise<Shipped> {
  try {
    const { rows, sources } = await of(AbortSignal.abort(new UserError(notShipped)));
    return { rows, logs: metadataOf(sources) };
  } catch (error) {
    if (error instanceof UserError) return { rows: null, logs: [] };
    throw error;
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
