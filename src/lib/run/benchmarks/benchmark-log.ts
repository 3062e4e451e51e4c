/**
 * The log of a benchmark evaluation, data/runs/evaluate/<run>/samples.arrow: one row a sample, written batch by batch,
 * so that a run that was killed goes on after its last whole batch.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readLog } from "../../log/log-reader.js";
import { recoverLog } from "../../log/log-writer.js";
import type { AnswerRow } from "../../log/schemas.js";
import type { Benchmark } from "../../tasks/code-problem.js";
import { runsFolder } from "../runs-folder.js";

/** What was asked for; two evaluations that differ in any of it have logs of their own. */
export interface BenchmarkSettings {
  readonly benchmark: Benchmark;
  /** sha256 of the problems' text */
  readonly problems: string;
  /** how many of them, from the first */
  readonly count: number;
  /** seconds of one answer with its tests; null for `gradingSeconds` */
  readonly timeoutSeconds: number | null;
}

/** Raised when a verdict may change or a row gets another shape: older logs are not gone on with. */
const gradingVersion = 2;

export interface BenchmarkRun {
  readonly run: string;
  readonly folder: string;
  /** rows that the log has already */
  readonly done: number;
}

/**
 * Where a run is logged and how far it has come. A cut tail is removed.
 * @param name what people tell runs apart by
 * @param config everything that does
 */
export function openBenchmarkRun(name: string, config: unknown): BenchmarkRun {
  const hash = createHash("sha256")
    .update(JSON.stringify([gradingVersion, config]))
    .digest("hex")
    .slice(0, 8);
  const run = `${name}-${hash}`;
  const folder = runsFolder("evaluate", run);
  const path = samplesFile(folder);
  return { run, folder, done: existsSync(path) ? recoverLog(path) : 0 };
}

export function samplesFile(folder: string): string {
  return join(folder, "samples.arrow");
}

/** The samples of a finished run. */
export function readBenchmarkRun({ folder }: BenchmarkRun): AnswerRow[] {
  return readLog(samplesFile(folder), "answers").rows();
}
