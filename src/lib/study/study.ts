/** One call for every study: what varies, at which size -> runs, made or read back -> rows. */
import { makeRunsFolder, runSource, runsFolder } from "../host/runs-folder.js";
import { withLock } from "../files/file-lock.js";
import type { LogRows } from "../log/schemas.js";
import type { ExperimentName, KindOf, SettingsOf } from "./experiments.js";
import { runsOf, type Plan } from "./plan.js";
import { Run } from "./run-or-load.js";
import { studyProgress } from "./study-progress.js";
import { stopOnInterrupt } from "./workers.js";

/** The rows of a study, and what they come from. */
export interface Study<N extends ExperimentName = "decoding"> {
  readonly rows: readonly LogRows[KindOf<N>][];
  /** the logs, as a figure's caption names them */
  readonly sources: readonly string[];
  /** in the plan's order, a seed after the other */
  readonly runs: readonly FinishedRun<N>[];
}

export interface FinishedRun<N extends ExperimentName = "decoding"> {
  readonly settings: SettingsOf<N>;
  readonly folder: string;
  readonly rows: readonly LogRows[KindOf<N>][];
  /** of a decoding that was traced: the state of every position before every step */
  readonly confidences: readonly LogRows["confidences"][];
}

/**
 * The rows of a plan. Runs that are there are read back, a killed one goes on; the rest is computed in
 * workers. An abort or an interrupt stops them.
 * @throws UserError for a plan that cannot be, a checkpoint that is not there, a log that is damaged
 */
export async function study(plan: Plan, signal?: AbortSignal): Promise<Study>;
export async function study<N extends ExperimentName>(
  plan: Plan<N> & { readonly measure: N },
  signal?: AbortSignal,
): Promise<Study<N>>;
export async function study<N extends ExperimentName>(
  plan: Plan<N>,
  signal?: AbortSignal,
): Promise<Study<N>> {
  const measure = (plan.measure ?? "decoding") as N;
  const runs = runsOf(plan as Plan<N> & { readonly measure: N }).map(settings => new Run(measure, settings));
  const missing = runs.filter(run => !run.isWhole);
  if (missing.length > 0) await makeAll(missing, signal);
  const finished = runs.map((run): FinishedRun<N> => {
    const kind = run.experiment.logs(run.settings)[0].kind as KindOf<N>;
    return {
      settings: run.settings as unknown as SettingsOf<N>,
      folder: run.folder,
      get rows() {
        return run.rowsOf(kind);
      },
      get confidences() {
        return run.rowsOf("confidences");
      },
    };
  });
  return {
    runs: finished,
    sources: finished.map(({ folder }) => runSource(folder)),
    rows: finished.flatMap(({ rows }) => rows),
  };
}

/**
 * Two runs at a time: while the last work of one is done, the next one's begins. Of two notebooks at once one
 * works and the other waits, for they may want the same run.
 */
async function makeAll(runs: readonly Run[], given?: AbortSignal): Promise<void> {
  makeRunsFolder();
  const { signal, release } = stopOnInterrupt(given);
  const progress = studyProgress(runs);
  const rest = [...runs];
  const work = async () => {
    for (let run = rest.shift(); run !== undefined; run = rest.shift())
      await run.complete(progress.of(run), signal);
  };
  const waiting = (holder: string) =>
    console.error(`studies: waiting for process ${holder}, which decodes; Ctrl-C ends the waiting.`);
  try {
    await withLock(runsFolder("decoding.lock"), () => Promise.all([work(), work()]), waiting, { signal });
  } finally {
    release();
  }
}
