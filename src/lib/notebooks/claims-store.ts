/** Judged claims on disk: figures/claims.json, merged by id, and the same rows as an Arrow log. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgedClaim } from "../claims/claim.js";
import { causeOf, UserError } from "../core/errors.js";
import { parseJson } from "../core/json-text.js";
import { disk } from "../files/disk.js";
import { makeFolders, replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { openLog } from "../log/log-writer.js";
import { withLock } from "../files/file-lock.js";
import { inLockedFolder } from "../files/locked-folder.js";
import { currentProfile, figuresFolder, type Profile } from "../study/profile.js";
import { provenance } from "../runtime/provenance.js";
import { runsFolder } from "../host/runs-folder.js";
import { otherRuns } from "../study/study-run.js";

/** Put the judgements of a notebook among those of the others, replacing earlier ones of the same id; one notebook at a time. */
export async function recordClaims(rows: readonly JudgedClaim[]): Promise<void> {
  const folder = figuresFolder();
  writing("claims", folder, () => makeFolders(folder));
  const merged = () => Promise.resolve(merge(folder, rows));
  await withLock(join(folder, "claims.lock.tmp"), merged, () => undefined);
}

function merge(folder: string, rows: readonly JudgedClaim[]): void {
  const replaced = new Set(rows.map(row => row.id));
  const all = [...readClaims(folder).filter(row => !replaced.has(row.id)), ...rows].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const rounded = all.map(row => ({
    ...row,
    measured: round(row.measured),
    lower: round(row.lower),
    upper: round(row.upper),
  }));
  const path = join(folder, "claims.json");
  writing("claims", path, () => replaceWith(path, JSON.stringify(rounded, null, 1) + "\n"));
}

/** @throws UserError when the file is there but cannot be read */
export function readClaims(folder: string = figuresFolder()): JudgedClaim[] {
  const path = join(folder, "claims.json");
  if (!existsSync(path)) return [];
  try {
    return parseJson(readFileSync(path, "utf8")) as JudgedClaim[];
  } catch (error) {
    throw new UserError(
      `claims: ${path} cannot be read (${causeOf(error)}); remove it and run npm run reproduce again.`,
    );
  }
}

/** data/runs/claims/<profile>.arrow, one row a claim. */
export async function logClaims(rows: readonly JudgedClaim[], seed: number): Promise<string> {
  const profile = currentProfile();
  const path = runsFolder("claims", `${profile.name}.arrow`);
  const work = (guard: () => void) => Promise.resolve(writeClaims(path, profile, rows, seed, guard));
  await inLockedFolder(runsFolder("claims"), { where: "claims", remedy: otherRuns, work });
  return path;
}

function writeClaims(
  path: string,
  profile: Profile,
  rows: readonly JudgedClaim[],
  seed: number,
  guard: () => void,
): void {
  disk.remove(path);
  const log = openLog(path, "claims", { metadata: provenance({ config: profile, seed }), guard });
  log.append(
    rows.map(({ id, figure, published, measured, lower, upper, n, verdict }) => ({
      ...{ claim: id, figure, seed, published, measured, lower, upper, n, verdict },
    })),
  );
  log.close();
}

function round(x: number): number {
  return Number(x.toPrecision(6));
}
