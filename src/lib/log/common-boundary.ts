/** Where logs that are written together can be gone on with: the last place that all of them have. */
import { existsSync } from "node:fs";
import { scanLog } from "./scan.js";
import type { LogKind } from "./schemas.js";

/** A log among others of one run. */
export interface JoinedLog {
  readonly path: string;
  readonly kind: LogKind;
  /** rows that it has for each unit of work, as a sample has so many tokens */
  readonly rowsPerUnit: number;
}

/**
 * Units of work that every log has whole, up to a batch boundary of each: what one has beyond them the others
 * lost when the power went, or were not yet given when the process was killed.
 * @throws UserError for a log that is damaged
 */
export function commonUnits(logs: readonly JoinedLog[]): number {
  const [first, ...others] = logs.map(
    ({ path, kind, rowsPerUnit }) => new Set(boundariesOf(path, kind).map(rows => rows / rowsPerUnit)),
  );
  return Math.max(0, ...[...first].filter(n => Number.isInteger(n) && others.every(set => set.has(n))));
}

/**
 * Whether a log can be gone on with after so many rows.
 * @throws UserError for a log that is damaged before them
 */
export function hasBoundary(path: string, kind: LogKind, rows: number): boolean {
  return boundariesOf(path, kind, rows).includes(rows);
}

/**
 * Rows of a log's whole batches; 0 where there is no log yet.
 * @throws UserError for a log that is damaged
 */
export function wholeRows(path: string, kind: LogKind): number {
  return Math.max(...boundariesOf(path, kind));
}

/** Every log can begin anew, and one that is not there only so. */
function boundariesOf(path: string, kind: LogKind, rows?: number): number[] {
  return existsSync(path) ? [0, ...scanLog(path, { kind, rows }).boundaries.map(b => b.rows)] : [0];
}
