/**
 * The log of a benchmark evaluation, data/runs/evaluate/<run>/samples.arrow: one row a sample, written batch
 * by batch, so that a run that was killed goes on after its last whole batch.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { wholeRows } from "../log/common-boundary.js";
import { checkWholeLog, readLog } from "../log/log-reader.js";
import type { AnswerRow } from "../log/schemas.js";
import type { TaskName } from "../core/records.js";
import { inLockedFolder } from "../files/locked-folder.js";
import { runsFolder } from "../host/runs-folder.js";

/** What was asked for; two evaluations that differ in any of it have logs of their own. */
export interface BenchmarkSettings {
  readonly task: TaskName;
  /** sha256 of the problems' text */
  readonly problems: string;
  /** how many of them, from the first */
  readonly count: number;
  /** seconds of one answer with its tests; null for `gradingSeconds` */
  readonly timeoutSeconds: number | null;
}

/** Raised when a verdict may change or a row gets another shape: older logs are not gone on with. */
const gradingVersion = 3;

export interface BenchmarkRun {
  readonly run: string;
  readonly folder: string;
}

/**
 * Where a run is logged.
 * @param name what people tell runs apart by
 * @param config everything that does
 */
export function benchmarkRun(name: string, config: unknown): BenchmarkRun {
  const hash = createHash("sha256")
    .update(JSON.stringify([gradingVersion, config]))
    .digest("hex")
    .slice(0, 8);
  const run = `${name}-${hash}`;
  return { run, folder: runsFolder("evaluate", run) };
}

/**
 * Do what a run lacks of its samples, if anything: one process at a time, and counted at the end.
 * @param work logs them; it calls the guard before it changes the folder
 */
export async function completeLog(
  found: BenchmarkRun,
  samples: number,
  work: (guard: () => void) => Promise<void>,
): Promise<BenchmarkRun> {
  const path = samplesFile(found.folder);
  const isThere = () => wholeRows(path, "answers") === samples;
  const lacking = async (guard: () => void) => {
    if (isThere()) return; // by the process that we waited for
    await work(guard);
    checkWholeLog(path, "answers", samples);
  };
  if (!isThere()) await inLockedFolder(found.folder, { where: "evaluate", work: lacking });
  return found;
}

export function samplesFile(folder: string): string {
  return join(folder, "samples.arrow");
}

/** The samples of a finished run. */
export function readBenchmarkRun({ folder }: BenchmarkRun): AnswerRow[] {
  return readLog(samplesFile(folder), "answers").rows();
}
