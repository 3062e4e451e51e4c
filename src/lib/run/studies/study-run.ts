/** Where a study's run is kept: a name for people with a hash of everything that tells runs apart. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readLog } from "../../log/log-reader.js";
import { openLog, recoverLog, type LogWriter } from "../../log/log-writer.js";
import type { LogKind, LogRows } from "../../log/schemas.js";
import { useBackend } from "../backend.js";
import { provenance } from "../provenance.js";
import { makeRunsFolder, runSource, runsFolder } from "../runs-folder.js";
import { checkpointFolder } from "../testbed.js";
import { weightsHash } from "../checkpoints/weights-hash.js";

export interface StudyRun {
  readonly run: string;
  /** <study>/<run> in the folder of the logs */
  readonly folder: string;
  readonly checkpoint: string;
  /** sha256 of its weights */
  readonly checkpointHash: string;
}

/** Every setting that decides the rows of a run; `study` is a folder under data/runs/. */
interface StudySettings {
  readonly study: string;
  readonly checkpoint: string;
  readonly seed: number;
}

export function studyRun(study: StudySettings, label: string): StudyRun {
  const checkpoint = checkpointFolder(study.checkpoint, study.seed);
  const checkpointHash = weightsHash(checkpoint);
  const hash = createHash("sha256").update(JSON.stringify(study)).update(checkpointHash).digest("hex");
  const run = `${basename(study.checkpoint)}-seed${study.seed}-${label}-${hash.slice(0, 8)}`;
  return { run, folder: runsFolder(study.study, run), checkpoint, checkpointHash };
}

/** How large the log of a run gets. */
interface LogSize {
  /** when the run is complete */
  readonly rows: number;
  /** rows that belong together: a killed run goes on after its last whole unit, and starts again where all are one */
  readonly unit: number;
}

/**
 * Make a run's one log, or go on with it, or read it back when it is complete.
 * @param make appends the rows from `log.rows` on
 */
export async function loggedRun<K extends LogKind>(
  study: StudySettings,
  label: string,
  kind: K,
  { rows, unit }: LogSize,
  make: (log: LogWriter<K>, run: StudyRun) => Promise<void>,
): Promise<{ readonly run: string; readonly folder: string; readonly rows: readonly LogRows[K][] }> {
  const found = studyRun(study, label);
  const { run, folder, checkpointHash } = found;
  const path = join(folder, `${kind}.arrow`);
  const done = existsSync(path) ? recoverLog(path) : 0;
  if (done < rows) {
    makeRunsFolder(folder);
    await useBackend();
    const log = openLog(path, kind, {
      metadata: provenance({ config: study, seed: study.seed, checkpointHash }),
      resume: { rows: done - (done % unit) },
    });
    try {
      await make(log, found);
    } finally {
      log.close();
    }
  }
  return { run, folder, rows: readLog(path, kind).rows() };
}

/** The rows of several runs, made or read back one after the other, and where they lie: a model's training seeds. */
export async function inTurn<S, R>(
  studies: readonly S[],
  rowsOf: (
    study: S,
    signal?: AbortSignal,
  ) => Promise<{ readonly folder: string; readonly rows: readonly R[] }>,
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly R[] }> {
  const runs = [];
  for (const study of studies) runs.push(await rowsOf(study, signal));
  return { sources: runs.map(({ folder }) => runSource(folder)), rows: runs.flatMap(({ rows }) => rows) };
}
