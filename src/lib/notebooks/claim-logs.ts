/**
 * The logs that a claim rests on: those of its figure, as figures/FIGURE.json names them.
 * What a notebook runs stands in the notebook alone.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { estimatedProblems } from "../analysis/estimates.js";
import type { Claim } from "../claims/claim.js";
import type { MeasureName } from "../claims/measures.js";
import type { Row } from "../claims/rows.js";
import { parseJson } from "../core/json-text.js";
import type { FigureCaption } from "../figures/spec.js";
import { fromRoot } from "../host/package-root.js";
import { readLog, type Log } from "../log/log-reader.js";
import { columnList, type LogKind, type LogMetadata, type LogRows } from "../log/schemas.js";
import { heldOutResults, rlResultIn } from "../recipes/rl/rl-results.js";
import { completionLength } from "../recipes/stages/training-data.js";
import { withEstimator } from "../study/before-after.js";
import { recipeName } from "../study/models.js";
import { withPrecision } from "../study/precisions.js";
import { publishedFolder } from "../study/profile.js";
import { firstSteps, neighbourGains, orderCorrelations, type TracedRun } from "../study/trace-rows.js";

/** One run's folder of logs. */
interface RunLogs {
  readonly folder: string;
  readonly logs: readonly Log<LogKind>[];
}

/** The runs' folders that a shipped figure, or its claims, were made from; none without such a figure. */
export function sourcesOf(figure: string): readonly string[] {
  const path = join(publishedFolder, `${figure}.json`);
  if (!existsSync(path)) return [];
  const { caption } = parseJson(readFileSync(path, "utf8")) as {
    readonly caption: FigureCaption;
  };
  return caption.judged ?? caption.source;
}

/** The logs of a figure's runs; null where they are not all there, to their end. */
export function logsOf(figure: string): readonly RunLogs[] | null {
  const sources = sourcesOf(figure).map(source => fromRoot(source));
  if (sources.length === 0 || !sources.every(existsSync)) return null;
  const runs = sources.map(folder => ({
    folder,
    logs: readdirSync(folder)
      .filter(name => name.endsWith(".arrow"))
      .map(name => readLog(join(folder, name))),
  }));
  return runs.every(({ logs }) => logs.length > 0 && logs.every(log => log.complete)) ? runs : null;
}

export function metadataOf(runs: readonly RunLogs[]): LogMetadata[] {
  return runs.flatMap(({ logs }) => logs.map(({ metadata }) => metadata));
}

/** What is read off traces, by what is measured of it; all else is a row of a log. */
const readOff: Partial<Record<MeasureName, (runs: readonly TracedRun[]) => readonly Row[]>> = {
  drop: firstSteps,
  rise: firstSteps,
  "half the drop less the rise": firstSteps,
  "gain of the right neighbour": neighbourGains,
  "gain of the left neighbour": neighbourGains,
  "order correlation": orderCorrelations,
};

/** The rows of a claim, from the logs of its figure. */
export function rowsOf({ conditions }: Claim, runs: readonly RunLogs[]): readonly Row[] {
  const read = readOff[conditions[0].measure];
  if (read !== undefined) return read(runs.map(tracedRun));
  const kind = kindOf(runs[0]);
  if (kind === "heldout") return heldOutResults(runs.map(({ folder }) => rlResultIn(folder)));
  const rows: readonly unknown[] = runs.flatMap(run => rowsIn(run, kind));
  if (kind === "estimates") return estimatedProblems(rows as LogRows["estimates"][]);
  return kind === "samples" ? named(rows as LogRows["samples"][]) : (rows as Row[]);
}

/** Of the logs of a run the one whose rows are about problems; traces only stand beside it. */
function kindOf({ folder, logs }: RunLogs): LogKind {
  const about = ({ kind }: Log<LogKind>) => columnList(kind).some(([key]) => key === "problem");
  const found = logs.find(log => log.kind !== "confidences" && about(log));
  if (found === undefined) throw new Error(`internal: no log in ${basename(folder)} is about problems`);
  return found.kind;
}

/** The rows of a kind, each with the precision of its run. */
function rowsIn<K extends LogKind>({ logs }: RunLogs, kind: K): readonly LogRows[K][] {
  const found = logs.filter(log => log.kind === kind);
  const rows: readonly unknown[] = found.flatMap(log => withPrecision(log.rows(), log.metadata));
  return rows as readonly LogRows[K][];
}

function tracedRun(run: RunLogs): TracedRun {
  return { rows: rowsIn(run, "samples"), confidences: rowsIn(run, "confidences") };
}

/** Samples with what criteria call a block that is the whole window, a model's recipe, and its estimator. */
function named(samples: readonly LogRows["samples"][]): readonly Row[] {
  return withEstimator(samples).map(row => ({
    ...row,
    block: row.blockLength ?? completionLength,
    model: recipeName(row.checkpoint),
  }));
}
