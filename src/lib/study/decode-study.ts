/**
 * Decode problems with a checkpoint, grade what comes out in the sandbox, and log it: one folder
 * data/runs/<study>/<run>/ with samples.arrow, commits.arrow and, on request, confidences.arrow. A run that is
 * complete is read back; one that was killed goes on after its last whole batch.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import { disk } from "../files/disk.js";
import { commonUnits, wholeRows, type JoinedLog } from "../log/common-boundary.js";
import { checkWholeLog, readLog } from "../log/log-reader.js";
import { openLog, type LogWriter } from "../log/log-writer.js";
import type { CommitRow, ConfidenceRow, LogRows, SampleRow } from "../log/schemas.js";
import { useBackend } from "../runtime/backend.js";
import { isAdded } from "../tasks/tasks.js";
import { decodeBatches } from "./batch-decoders.js";
import { batchesOf, jobsOf, type DecodeStudy } from "./decode-batch.js";
import { inLockedFolder } from "../files/locked-folder.js";
import { progressBar } from "../host/progress.js";
import { provenance } from "../runtime/provenance.js";
import { commitRows, confidenceRows, sampleRow } from "./study-rows.js";
import { otherRuns, studyRun, type StudyRun } from "./study-run.js";
import { checkpointFolder, tokenizerOf } from "../checkpoints/testbed.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { weightsHash } from "../checkpoints/weights-hash.js";

export const studyDefaults = {
  checkpoint: "instruct",
  seed: 1,
  task: "minipy",
  split: "test",
  problems: 200,
  samplesPerProblem: 1,
  autoregressive: false,
  trace: false,
} as const;

/** A finished run, read back. */
export interface StudyLog {
  readonly run: string;
  readonly folder: string;
  readonly samples: readonly SampleRow[];
  readonly commits: readonly CommitRow[];
  readonly confidences: readonly ConfidenceRow[];
}

export interface ReadOptions {
  /** commits will be read: of most shipped runs only the samples are there, and such a run is then made anew */
  readonly commits?: boolean;
  readonly signal?: AbortSignal;
}

/** Make a run, or read it back when it is complete. */
export async function runOrLoad(study: DecodeStudy, options: ReadOptions = {}): Promise<StudyLog> {
  const checkpoint = knownCheckpoint(`study ${study.study}`, study.checkpoint, study.seed);
  if (!existsSync(join(checkpoint, "config.json"))) {
    throw new UserError(
      `study ${study.study}: ${checkpoint} holds no checkpoint; name one, or train it with npm run train -- --recipe ${study.checkpoint} --seed ${study.seed} --out ${checkpoint}.`,
    );
  }
  const found = runOf(study);
  if (!isWhole(study, found.folder, options)) {
    const work = (guard: () => void) => complete(study, found, options, guard);
    await inLockedFolder(found.folder, { where: "study", remedy: otherRuns, work, signal: options.signal });
  }
  return new ReadRun(found.run, found.folder, study.trace);
}

/** Whether all samples of a run are there, and the logs beside them. None is touched: another process may be writing. */
export function isComplete(study: DecodeStudy, options: ReadOptions = {}): boolean {
  const checkpoint = checkpointFolder(study.checkpoint, study.seed);
  if (!existsSync(join(checkpoint, "config.json"))) return false;
  return isWhole(study, runOf(study).folder, options);
}

function isWhole(study: DecodeStudy, folder: string, options: ReadOptions): boolean {
  if (lacking(study, folder, options).length > 0) return false;
  const samples = jobsOf(study).length;
  const logs = logsOf(study, folder).filter(({ kind, path }) => kind === "samples" || existsSync(path));
  return logs.every(({ path, kind, rowsPerUnit }) => wholeRows(path, kind) === samples * rowsPerUnit);
}

interface StudyJoinedLog extends JoinedLog {
  readonly kind: "samples" | "commits" | "confidences";
}

/** The logs of a run in the order in which a batch is written: the samples, which people read, when all is there. */
function logsOf({ trace, decode }: DecodeStudy, folder: string): StudyJoinedLog[] {
  const log = (kind: StudyJoinedLog["kind"], rowsPerUnit: number) => ({
    path: join(folder, `${kind}.arrow`),
    kind,
    rowsPerUnit,
  });
  const { completionLength: c, steps } = decode;
  return [log("commits", c), ...(trace ? [log("confidences", c * steps)] : []), log("samples", 1)];
}

/** Logs that will be read and are not beside the samples. */
function lacking(study: DecodeStudy, folder: string, { commits = false }: ReadOptions): string[] {
  const read = [...(commits ? ["commits.arrow"] : []), ...(study.trace ? ["confidences.arrow"] : [])];
  return read.filter(name => !existsSync(join(folder, name)));
}

/** Reads a log when it is first asked for: most studies read samples only, and commits are eight times as large. */
class ReadRun implements StudyLog {
  private readonly read = new Map<string, readonly unknown[]>();

  constructor(
    readonly run: string,
    readonly folder: string,
    private readonly traced: boolean,
  ) {}

  get samples(): readonly SampleRow[] {
    return this.rows("samples");
  }

  get commits(): readonly CommitRow[] {
    return this.rows("commits");
  }

  get confidences(): readonly ConfidenceRow[] {
    return this.traced ? this.rows("confidences") : [];
  }

  private rows<K extends "samples" | "commits" | "confidences">(kind: K): readonly LogRows[K][] {
    const path = join(this.folder, `${kind}.arrow`);
    if (!existsSync(path)) {
      throw new UserError(
        `study: ${path} is not there (of most shipped runs only the samples are); ask for it with runAll(studies, { ${kind}: true }), and the run is made anew.`,
      );
    }
    const rows = this.read.get(kind) ?? readLog(path, kind).rows();
    this.read.set(kind, rows);
    return rows as readonly LogRows[K][];
  }
}

/** Where a run is kept; its name says the task, temperature and order. */
function runOf(study: DecodeStudy): StudyRun {
  const { temperature, remasking, tieRule, blockLength, policy, cache } = study.decode;
  const named = policy === undefined ? "" : `-${policy.name}`;
  const score = study.head === undefined ? remasking : basename(study.head);
  const order = study.autoregressive ? "ar" : `${score}-${tieRule}${named}`;
  const blocks = blockLength === null ? "" : `-blocks${blockLength}`;
  const trained =
    study.head === undefined ? {} : { head: basename(study.head), headHash: weightsHash(study.head) };
  const cached = cache === undefined ? "" : `-${cache}`;
  const soft = study.soft === undefined ? "" : "-soft";
  const precision = study.precision === undefined ? "" : `-${study.precision}`;
  // an added task may have other problems tomorrow
  const added = isAdded(study.task) ? { drawn: jobsOf(study).map(({ problem }) => problem) } : {};
  return studyRun(
    { ...study, ...trained, ...added },
    `${study.task}-T${temperature}-${order}${blocks}${cached}${soft}${precision}`,
  );
}

/** Decode what the logs lack: the samples after the last that all of them have. */
async function complete(
  study: DecodeStudy,
  { run, folder, checkpoint, checkpointHash }: StudyRun,
  options: ReadOptions,
  guard: () => void,
): Promise<void> {
  if (isWhole(study, folder, options)) return; // by the process that we waited for
  const jobs = jobsOf(study);
  const joined = logsOf(study, folder);
  // commits that are asked for now are made with their samples
  if (lacking(study, folder, options).length > 0) disk.remove(join(folder, "samples.arrow"));
  const done = commonUnits(joined);
  await useBackend();
  const { seed, precision } = study;
  const metadata = provenance({ config: study, seed, checkpointHash, precision });
  const open = <K extends StudyJoinedLog["kind"]>(kind: K) => {
    const found = joined.find(log => log.kind === kind);
    if (found === undefined) return null;
    return openLog(found.path, kind, { metadata, resume: { rows: done * found.rowsPerUnit }, guard });
  };
  const logs = { commits: open("commits"), confidences: open("confidences"), samples: open("samples") };
  const progress = progressBar(run);
  const batches = batchesOf(study, done);
  progress(done / jobs.length, `${done}/${jobs.length} samples`);
  let next = 0;
  try {
    for await (const decoded of decodeBatches(batches, options.signal)) {
      const { from, to } = batches[next++];
      const batch = jobs.slice(from, to);
      logs.commits?.append(
        batch.flatMap((job, i) =>
          commitRows(run, job.problem.id, job.sample, decoded[i].trajectory, tokenizerOf(checkpoint)),
        ),
      );
      logs.confidences?.append(batch.flatMap((job, i) => confidenceRows(run, job, decoded[i].trajectory)));
      logs.samples?.append(batch.map((job, i) => sampleRow(study, run, job, decoded[i])));
      progress(to / jobs.length, `${to}/${jobs.length} samples`);
    }
  } finally {
    for (const log of Object.values(logs) as (LogWriter<never> | null)[]) log?.close();
  }
  for (const { path, kind, rowsPerUnit } of joined) checkWholeLog(path, kind, jobs.length * rowsPerUnit);
}
