/** Judged claims on disk: figures/claims.json, merged by id. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgedClaim } from "../claims/claim.js";
import { causeOf, UserError } from "../core/errors.js";
import { parseJson } from "../core/json-text.js";
import { makeFolders, replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { withLock } from "../files/file-lock.js";
import { figuresFolder } from "../study/profile.js";

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

function round(x: number): number {
  return Number(x.toPrecision(6));
}
