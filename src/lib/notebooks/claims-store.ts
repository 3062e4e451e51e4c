/** Judged claims on disk: claims.json of a folder, merged by id. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgedClaim } from "../claims/claim.js";
import { holm } from "../claims/holm.js";
import { causeOf, UserError } from "../core/errors.js";
import { parseJson } from "../core/json-text.js";
import { makeFolders, replaceWith } from "../files/durable.js";
import { writing } from "../files/file-error.js";
import { withLock } from "../files/file-lock.js";
import { figuresFolder } from "../study/profile.js";

/**
 * Put the judgements of a notebook among those of the others, replacing earlier ones of the same id; one
 * notebook at a time.
 * @returns them with their p after Holm's correction over all claims that are recorded now
 */
export async function recordClaims(rows: readonly JudgedClaim[]): Promise<JudgedClaim[]> {
  const folder = figuresFolder();
  writing("claims", folder, () => makeFolders(folder));
  const merged = () => Promise.resolve(mergeClaims(folder, rows));
  const all = await withLock(join(folder, "claims.lock.tmp"), merged, () => undefined);
  return rows.map(({ id }) => all.find(row => row.id === id) as JudgedClaim);
}

/** Puts rows among those of a folder's claims.json; returns all of them. */
export function mergeClaims(folder: string, rows: readonly JudgedClaim[]): JudgedClaim[] {
  const replaced = new Set(rows.map(row => row.id));
  const all = [...readClaims(folder).filter(row => !replaced.has(row.id)), ...rows].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const corrected = corrections(all.map(rounded)).map(rounded);
  const path = join(folder, "claims.json");
  const text = JSON.stringify(corrected, null, 1);
  writing("claims", path, () => replaceWith(path, text + "\n"));
  return corrected;
}

/** Every claim with its p after Holm's correction over all; theorems are no findings and have none. */
export function corrections(all: readonly JudgedClaim[]): JudgedClaim[] {
  const ps = holm(all.map(({ p }) => p));
  return all.map((row, i) => ({ ...row, pHolm: ps[i] }));
}

/** Numbers that may be unknown: null in the file. */
const numbers = ["measured", "lower", "upper", "p", "pHolm"] as const;

/** As the file has it. */
export function rounded(row: JudgedClaim): JudgedClaim {
  return { ...row, ...Object.fromEntries(numbers.map(name => [name, round(row[name])])) };
}

/** @throws UserError when the file is there but cannot be read */
export function readClaims(folder: string = figuresFolder()): JudgedClaim[] {
  const path = join(folder, "claims.json");
  if (!existsSync(path)) return [];
  try {
    const rows = parseJson(readFileSync(path, "utf8")) as JudgedClaim[];
    return rows.map(row => ({
      ...row,
      ...Object.fromEntries(numbers.map(name => [name, row[name] ?? NaN])),
    }));
  } catch (error) {
    throw new UserError(
      `claims: ${path} cannot be read (${causeOf(error)}); remove it and run npm run reproduce again.`,
    );
  }
}

function round(x: number): number {
  return Number(x.toPrecision(6));
}
