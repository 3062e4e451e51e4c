/** Progress over all runs of a study: units done of all, how fast, what is worked on, and the time left. */
import { progressBar } from "../host/progress.js";
import type { Run } from "./run-or-load.js";

export interface StudyProgress {
  /** What a run calls with its units done, first with those that it was found with. */
  of(run: Run): (units: number) => void;
}

export function studyProgress(runs: readonly Run[]): StudyProgress {
  const total = runs.reduce((sum, run) => sum + run.units, 0);
  const [{ measure, experiment }] = runs;
  const show = progressBar(measure);
  const started = performance.now();
  let [done, made] = [0, 0];
  return {
    of(run) {
      let before: number | undefined;
      return units => {
        if (before !== undefined) made += units - before;
        done += units - (before ?? 0);
        before = units;
        const rate = made / ((performance.now() - started) / 1000);
        const speed = made > 0 ? `, ${rate.toFixed(rate < 10 ? 1 : 0)} a second` : "";
        show(done / total, `${done} of ${total} ${experiment.unit}${speed}; ${run.name}`);
      };
    },
  };
}
