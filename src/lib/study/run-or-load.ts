/**
 * Make one run of a study, or go on with it, or read it back: a folder data/runs/<study>/<run>/ with one log
 * a kind of row. A run that was killed goes on after the last unit of work that all of its logs have.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { inLockedFolder } from "../files/locked-folder.js";
import { commonUnits, wholeRows, type JoinedLog } from "../log/common-boundary.js";
import { checkWholeLog, readLog } from "../log/log-reader.js";
import { openLog } from "../log/log-writer.js";
import type { LogKind, LogRows } from "../log/schemas.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { provenance } from "../runtime/provenance.js";
import type { StudySettings, Work } from "./experiment.js";
import { experimentNamed, type ExperimentName } from "./experiments.js";
import { exactModel, otherRuns, studyRun } from "./study-run.js";
import { computed } from "./workers.js";

/** A run of a study: finished, or to be. */
export class Run {
  private readonly read = new Map<LogKind, readonly unknown[]>();

  readonly run: string;
  readonly folder: string;
  readonly units: number;
  private readonly checkpoint: string;
  private readonly checkpointHash: string | null;

  /** @throws UserError when the checkpoint is not there */
  constructor(
    readonly measure: ExperimentName,
    readonly settings: StudySettings,
  ) {
    checkCheckpoint(settings);
    const found = studyRun(this.experiment, settings);
    ({ run: this.run, folder: this.folder } = found);
    ({ checkpoint: this.checkpoint, checkpointHash: this.checkpointHash } = found);
    this.units = this.experiment.units(settings);
  }

  get experiment() {
    return experimentNamed(this.measure);
  }

  /** "instruct-seed1-minipy-T0.2-neg-entropy-leftmost": what it is, without the hash. */
  get name(): string {
    return this.run.replace(/-[0-9a-f]{8}$/, "");
  }

  private get logs(): JoinedLog[] {
    return this.experiment
      .logs(this.settings)
      .map(({ kind, rowsPerUnit }) => ({ kind, rowsPerUnit, path: join(this.folder, `${kind}.arrow`) }));
  }

  /** Whether every log is there to its end. None is touched: another process may be writing. */
  get isWhole(): boolean {
    return this.logs.every(
      ({ path, kind, rowsPerUnit }) => existsSync(path) && wholeRows(path, kind) === this.units * rowsPerUnit,
    );
  }

  /** Units of work that all logs have. */
  get done(): number {
    return commonUnits(this.logs);
  }

  /** Rows of one of its logs, read when first asked for. */
  rowsOf<K extends LogKind>(kind: K): readonly LogRows[K][] {
    const rows = this.read.get(kind) ?? readLog(join(this.folder, `${kind}.arrow`), kind).rows();
    this.read.set(kind, rows);
    return rows as readonly LogRows[K][];
  }

  /** @param progress called with units done, those found at first */
  async complete(progress: (units: number) => void, signal?: AbortSignal): Promise<void> {
    const work = (guard: () => void) => this.make(progress, guard, signal);
    await inLockedFolder(this.folder, { where: "study", remedy: otherRuns, work, signal });
  }

  private async make(
    progress: (units: number) => void,
    guard: () => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const done = this.isWhole ? this.units : this.done; // whole: by the process that we waited for
    progress(done);
    if (done === this.units) return;
    await useBackend();
    const { settings, checkpointHash } = this;
    const { precision } = settings as { readonly precision?: Parameters<typeof provenance>[0]["precision"] };
    const metadata = provenance({ config: settings, seed: settings.seed, checkpointHash, precision });
    const logs = this.logs.map(({ path, kind, rowsPerUnit }) =>
      openLog(path, kind, { metadata, resume: { rows: done * rowsPerUnit }, guard }),
    );
    const works = this.worksFrom(done);
    try {
      let next = 0;
      for await (const rows of computed(this.measure, works, signal)) {
        // what people read, the first log, is written when all else is there
        for (const [i, { kind }] of [...this.logs.entries()].reverse()) logs[i].append(rows[kind] ?? []);
        progress(works[next++].to);
      }
    } finally {
      for (const log of logs) log.close();
    }
    for (const { path, kind, rowsPerUnit } of this.logs) checkWholeLog(path, kind, this.units * rowsPerUnit);
  }

  private worksFrom(first: number): Work<StudySettings>[] {
    const { settings, run, checkpoint, units } = this;
    const size = this.experiment.batch(settings);
    return Array.from({ length: Math.ceil((units - first) / size) }, (_, i) => {
      const from = first + i * size;
      return { settings, run, checkpoint, from, to: Math.min(from + size, units) };
    });
  }
}

function checkCheckpoint({ study, checkpoint, seed }: StudySettings): void {
  if (checkpoint === exactModel) return;
  const folder = knownCheckpoint(`study ${study}`, checkpoint, seed);
  if (existsSync(join(folder, "config.json"))) return;
  throw new UserError(
    `study ${study}: ${folder} holds no checkpoint; name one, or train it with npm run train -- ` +
      `--recipe ${checkpoint} --seed ${seed} --out ${folder}.`,
  );
}
