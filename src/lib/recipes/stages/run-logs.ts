/**
 * The logs of a training run, and how far each is after so many
 * steps: what a state must fit, and what a finished run must hold.
 */
import { join } from "node:path";
import { hasBoundary } from "../../log/common-boundary.js";
import { checkWholeLog } from "../../log/log-reader.js";
import type { LogKind } from "../../log/schemas.js";

export interface RunLog {
  readonly kind: LogKind;
  /** rows after so many steps; before the first there are none */
  readonly rowsAfter: (steps: number) => number;
}

/** Where a run keeps a log. */
export function logFile(out: string, kind: LogKind): string {
  return join(out, `${kind}.arrow`);
}

/**
 * The first log that cannot be gone on with after so many steps; null when all can.
 * @throws UserError for one that is damaged before them
 */
export function logBehind(out: string, logs: readonly RunLog[], steps: number): string | null {
  const behind = logs.find(({ kind, rowsAfter }) => !hasBoundary(logFile(out, kind), kind, rowsAfter(steps)));
  return behind === undefined ? null : logFile(out, behind.kind);
}

/** Reads every log back. @throws UserError when one is damaged or lacks rows */
export function checkRunLogs(out: string, logs: readonly RunLog[], steps: number): void {
  for (const { kind, rowsAfter } of logs) checkWholeLog(logFile(out, kind), kind, rowsAfter(steps));
}
