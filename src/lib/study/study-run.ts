/** Where a study's run is kept: a name for people with a hash of everything that tells runs apart. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { commonUnits, wholeRows } from "../log/common-boundary.js";
import { checkWholeLog, readLog } from "../log/log-reader.js";
import { openLog, type LogWriter } from "../log/log-writer.js";
import type { LogKind, LogMetadata, LogRows } from "../log/schemas.js";
import { useBackend } from "../runtime/backend.js";
import { inLockedFolder } from "../files/locked-folder.js";
import { provenance } from "../runtime/provenance.js";
import { runSource, runsFolder } from "../host/runs-folder.js";
import { checkpointFolder } from "../checkpoints/testbed.js";
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
  size: LogSize,
  make: (log: LogWriter<K>, run: StudyRun) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ readonly run: string; readonly folder: string; readonly rows: readonly LogRows[K][] }> {
  const found = studyRun(study, label);
  const { run, folder, checkpointHash } = found;
  const metadata = () => provenance({ config: study, seed: study.seed, checkpointHash });
  const rows = await loggedFolder(folder, kind, size, { metadata, make: log => make(log, found), signal });
  return { run, folder, rows };
}

interface LogMaking<K extends LogKind> {
  readonly metadata: () => LogMetadata;
  /** appends the rows from `log.rows` on */
  readonly make: (log: LogWriter<K>) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** The rows of a folder's one log, made or read back; one process at a time makes them, and they are counted at the end. */
export async function loggedFolder<K extends LogKind>(
  folder: string,
  kind: K,
  { rows, unit }: LogSize,
  { metadata, make, signal }: LogMaking<K>,
): Promise<readonly LogRows[K][]> {
  const path = join(folder, `${kind}.arrow`);
  const isThere = () => wholeRows(path, kind) >= rows;
  const work = async (guard: () => void) => {
    if (isThere()) return; // made by the process that we waited for
    const done = unit * commonUnits([{ path, kind, rowsPerUnit: unit }]);
    await useBackend();
    const log = openLog(path, kind, { metadata: metadata(), resume: { rows: done }, guard });
    try {
      await make(log);
    } finally {
      log.close();
    }
    checkWholeLog(path, kind, rows);
  };
  if (!isThere()) await inLockedFolder(folder, { where: "study", remedy: otherRuns, work, signal });
  return readLog(path, kind).rows();
}

/** What to do about a folder of logs that cannot be written. */
export const otherRuns = "make room or rights there, or set UNMASK_RUNS to a folder of yours";

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
